"""A mail server as a process of its own: python3 smtp_server.py DIRECTORY PORT [CERTIFICATE KEY [starttls]]

It keeps each mail as a line of DIRECTORY/mails, in the order of their arrival, and answers as
DIRECTORY/mode says: `good`, `busy` (refuses for now), `hangs`. With a certificate it speaks TLS from
the first byte, and requires the user `allot` with the password `s3cret`; or, with `starttls`, offers TLS and
accepts mails from every client that uses it.
"""

import asyncio
import json
import logging
import os
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

HANG_S = 60


class Keeper:
    def __init__(self, directory):
        self._directory = directory

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        mode = (self._directory / "mode").read_text()
        if mode == "busy":
            return "451 not now"
        if mode == "hangs":
            await asyncio.sleep(HANG_S)
        mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos,
                "content": envelope.content.decode("ascii")}
        with open(self._directory / "mails", "a", encoding="ascii") as mails:
            mails.write(json.dumps(mail) + "\n")
            mails.flush()
            os.fsync(mails.fileno())
        return "250 kept"


def judge(_server, _session, _envelope, _mechanism, given):
    return AuthResult(success=given == LoginPassword(b"allot", b"s3cret"), handled=False)


async def main(directory, port, *certificate):
    context, more = None, {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate[:2])
    if certificate[2:] == ("starttls",):
        context, more = None, {"tls_context": context, "require_starttls": True}
    elif certificate:
        # aiosmtpd only knows of TLS that it has begun itself.
        more = {"authenticator": judge, "auth_required": True, "auth_require_tls": False}
    logging.disable(logging.CRITICAL)  # clients that do not trust it are what it is there for
    keeper = Keeper(pathlib.Path(directory))
    listener = await asyncio.get_running_loop().create_server(
        lambda: SMTP(keeper, **more), "127.0.0.1", int(port), ssl=context)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
