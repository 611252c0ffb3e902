# An addon of mitmproxy: writes down what it can read of the tunnels that it inspects, and meddles with one message where
# it is told to. In INSPECTOR_FOLDER `read` is what it has read; `act` says what to do, to the next message to whom
# ("alter hub", "drop connector"), and is called `acted` when it is done.
import os
from pathlib import Path

from mitmproxy import ctx

FOLDER = Path(os.environ["INSPECTOR_FOLDER"])


def reads(data):
    with open(FOLDER / "read", "ab") as file:
        file.write(data)


def told(receiver):
    """What is to be done to a message to this end, if anything is."""
    try:
        act, whose = (FOLDER / "act").read_text().split()
    except FileNotFoundError:
        return None
    if whose != receiver:
        return None
    (FOLDER / "act").rename(FOLDER / "acted")
    return act


def request(flow):
    headers = "\n".join(f"{name}: {value}" for name, value in flow.request.headers.items())
    reads(f"{flow.request.method} {flow.request.path}\n{headers}\n".encode())


def websocket_message(flow):
    message = flow.websocket.messages[-1]
    reads(message.content)
    if message.injected:
        return
    act = told("hub" if message.from_client else "connector")
    if act == "alter":
        message.content = message.content[:-1] + bytes([message.content[-1] ^ 1])
    elif act == "truncate":
        message.content = message.content[:-1]
    elif act == "drop":
        message.drop()
    elif act == "replay":
        ctx.master.commands.call("inject.websocket", flow, not message.from_client, message.content, False)
