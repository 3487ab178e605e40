"""Certificates made with openssl, as an operator would."""

import ssl
import subprocess

import server


class Authority:
    """A CA in a directory: `ca.pem`, and `NAME.pem` with `NAME.key` for each certificate that it signs."""

    def __init__(self, directory, name="ca"):
        self.directory = directory
        self._name = name
        self._openssl("req", "-x509", *self._new_key(name), "-days", "2", "-out", self.path(f"{name}.pem"),
                      "-subj", f"/CN={name}")

    def path(self, name):
        return str(self.directory / name)

    @property
    def pem(self):
        return self.path(f"{self._name}.pem")

    def sign(self, name, subject=None):
        """The options --tls-cert and --tls-key, or --cert and --key, of a new certificate. With a subject,
        it is a certificate for that, and not for this machine."""
        extension = self.directory / f"{name}.ext"
        extension.write_text("" if subject else "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        request = self.path(f"{name}.csr")
        self._openssl("req", *self._new_key(name), "-out", request,
                      "-subj", f"/CN={subject or name}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.pem, "-CAkey",
                      self.path(f"{self._name}.key"), "-CAcreateserial", "-days", "2",
                      "-out", self.path(f"{name}.pem"), "-extfile", str(extension))
        return self.path(f"{name}.pem"), self.path(f"{name}.key")

    def client(self, certificate=None):
        """An ssl.SSLContext that trusts this authority, and perhaps shows a certificate."""
        context = ssl.create_default_context(cafile=self.pem)
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def _new_key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.path(f"{name}.key"))

    @staticmethod
    def _openssl(*arguments):
        subprocess.run([server.tool("openssl"), *arguments], check=True, capture_output=True, timeout=60)
