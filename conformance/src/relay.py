# usage: python3 -c "$this" PORT CERTIFICATE KEY TARGET
# TLS at 127.0.0.1:PORT, the same in clear to 127.0.0.1:TARGET. One request a connection, one answer.
import socket
import ssl
import sys
import threading

port, certificate, key, target = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


def relay(client):
    try:
        with context.wrap_socket(client, server_side=True) as inside:
            with socket.create_connection(("127.0.0.1", int(target))) as gateway:
                threading.Thread(target=copy, args=(inside, gateway), daemon=True).start()
                copy(gateway, inside)
    except OSError:
        pass


def copy(source, sink):
    try:
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    except OSError:
        pass


with socket.create_server(("127.0.0.1", int(port))) as listener:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=relay, args=(client,), daemon=True).start()
