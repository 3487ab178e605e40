"""iredis: lines that are piped into it, as a person types them."""

import os
import subprocess

from shape import CA, PASSWORD, PASSWORD_PORT, PORT, TLS_PORT, allocate, attempt


def typed(port, words, *options):
    """What it prints, as it is: one value on each line."""
    home = os.environ["CLIENT_SCRATCH"]
    ran = subprocess.run(["iredis", "-h", "127.0.0.1", "-p", str(port), *options], capture_output=True, text=True,
                         input=" ".join(words) + "\n", timeout=30, check=False,
                         env=os.environ | {"HOME": home, "LC_ALL": "C.UTF-8", "SSL_CERT_FILE": CA})
    return (ran.stdout + ran.stderr).strip()


def password():
    right = typed(PASSWORD_PORT, allocate("password"), "-a", PASSWORD)
    wrong = typed(PASSWORD_PORT, ("PING",), "-a", "wrong")
    return [right, wrong if "PONG" in wrong else f"refused: {wrong}"]


attempt("allocate", lambda: typed(PORT, allocate("allocate")))
attempt("stock", lambda: [typed(PORT, ("STOCK", "LAMP")).splitlines()])
attempt("password", password)
attempt("tls", lambda: typed(TLS_PORT, allocate("tls"), "--verify-ssl", "required", "--url",
                             f"rediss://127.0.0.1:{TLS_PORT}"))
