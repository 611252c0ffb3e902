// Somebody at a window of Chromium, who types, presses buttons, and looks at each page.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import axe from 'axe-core';
import { isThere, turns } from './chromium.mjs';

const wide = { width: 1000, height: 700 };
/// How a page is looked at.
export const looks = {
  light: [wide, 'light'],
  dark: [wide, 'dark'],
  narrow: [{ width: 360, height: 740 }, 'light'],
};

/// The pages that were looked at.
export const seen = new Set();

/// Somebody at a window of their own.
export class Visitor {
  /// `pictures` is the folder for those of the pages; with whatever else is to be known of them.
  static async arrives({ browser, pictures, scripts = true, ...people }) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.bringToFront();
    await page.setViewport(wide);
    await page.setJavaScriptEnabled(scripts);
    return Object.assign(new Visitor(), { browser, pictures, scripts, people, context, page });
  }

  /// Another window of the same person's, or of one who is with them.
  another() {
    const { browser, pictures, scripts, people } = this;
    return Visitor.arrives({ browser, pictures, scripts, ...people });
  }

  async leaves() {
    await this.context.close();
  }

  async goes(place) {
    await this.page.goto(place);
    await isThere(this.page);
  }

  async types(fields) {
    for (const [name, text] of Object.entries(fields)) await this.page.type(`#${name}`, text);
  }

  async presses(text) {
    const button = await this.page.$(`xpath///button[normalize-space()="${text}"]`);
    assert.ok(button, `no button "${text}" on "${await this.page.title()}"`);
    await turns(this.page, () => button.click());
  }

  /// With the key at the end of a line, as most people do.
  async enters(fields) {
    await this.types(fields);
    await turns(this.page, () => this.page.keyboard.press('Enter'));
  }

  async isAt(place, heading) {
    assert.ok(this.page.url().startsWith(place), `expected ${place}, found ${this.page.url()}: ${await this.text('body')}`);
    assert.equal(await this.text('h1'), heading);
  }

  text(selector) {
    return this.page.$eval(selector, (element) => element.innerText);
  }

  async alarmSays(text) {
    const alarm = await this.text('[role=alert]');
    assert.ok(alarm.startsWith(text), alarm);
  }

  /// The page as it is, in every look; once, because it is the same with scripts and without.
  async looks(name) {
    if (seen.has(name)) return;
    for (const [look, [window, scheme]] of Object.entries(looks)) {
      await this.page.setViewport(window);
      await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      const file = `${name}-${look}.png`;
      await this.page.screenshot({ path: join(this.pictures, file), fullPage: true });
      // For what looks here alone: what stands on the page was refused when it came.
      await this.page.setJavaScriptEnabled(true);
      const outside = await this.page.evaluate(() => {
        const edge = document.querySelector('main').getBoundingClientRect();
        return [...document.querySelectorAll('main, main *')]
          .map((element) => [element.getBoundingClientRect(), element.outerHTML])
          .filter(([box]) => box.width > 0)
          .filter(([box]) => box.right > Math.min(edge.right, innerWidth) || box.left < Math.max(edge.left, 0))
          .map(([, text]) => text);
      });
      assert.deepEqual(outside, [], file);
      await this.page.evaluate(axe.source);
      const { violations, passes } = await this.page.evaluate(() => axe.run());
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
      assert.deepEqual(told, [], file);
      assert.ok(passes.some(({ id }) => id === 'color-contrast'), `${file}: axe has looked at nothing`);
      await this.page.setJavaScriptEnabled(this.scripts);
    }
    seen.add(name);
    await this.page.setViewport(wide);
  }
}
