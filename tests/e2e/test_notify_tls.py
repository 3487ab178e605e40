"""Mails and webhooks over TLS: certificates that are trusted, and ones that are not."""

import re
import ssl
import time

import certificates
import server
from notified import PATIENCE_S, QUICK, MailServer, Receiver, SinksCase


class GivenServersWithCertificates(SinksCase):
    def test_when_their_authority_is_trusted_then_a_password_is_given_and_all_arrives(self):
        authority = certificates.Authority(self.scratch)
        certificate = authority.sign("receiver")
        mail = MailServer(self.scratch / "mail", *certificate)
        self.addCleanup(mail.kill)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        receiver = Receiver(context)
        self.addCleanup(receiver.stop)
        secret = self.scratch / "secret"
        secret.write_text("s3cret\n")
        secret.chmod(0o600)
        options = ("--smtp", f"smtps://localhost:{mail.port}", "--mail-to", "a@example.com",
                   "--smtp-user", "allot", "--smtp-password-file", str(secret),
                   "--webhook", f"https://localhost:{receiver.port}/", *QUICK)
        one = self.serve(*options)
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            client.call("ALLOCATE", "o1", "LAMP", 2)
            deadline = time.monotonic() + 60
            while not (int(client.info()["mail_failures"]) and
                       int(client.info()["webhook_failures"])):
                self.assertLess(time.monotonic(), deadline, "that authority is trusted")
                time.sleep(0.02)
        one.stop()
        self.assertEqual(([], []), (mail.mails(), receiver.posts))
        one = self.serve(*options, "--notify-ca", authority.pem)
        with one.client() as client:
            self.await_sinks(client)
        self.assertEqual(([2], [2]), (mail.lsns(), receiver.lsns()))
        self.assertNotIn("s3cret", one.text)


class GivenCertificatesThatAreNotTrusted(SinksCase):
    def setUp(self):
        super().setUp()
        self.authority = certificates.Authority(self.scratch)

    def servers(self, *certificate):
        """A mail server that offers TLS, a receiver within TLS, and the options that name them."""
        mail = MailServer(self.scratch / "mail", *certificate, "starttls")
        self.addCleanup(mail.kill)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        receiver = Receiver(context)
        self.addCleanup(receiver.stop)
        return mail, receiver, ("--smtp", f"smtp://localhost:{mail.port}",
                                "--mail-to", "a@example.com",
                                "--webhook", f"https://localhost:{receiver.port}/secret-path")

    def failures_of(self, one, name):
        """What the log says of each, once there are two; each is a line of its own."""
        ends = time.monotonic() + PATIENCE_S
        said = re.compile(rf'^ts=\S+ level=warning msg="event sink {name} failed at LSN 2; the store '
                          r'calls it again in \d+ ms: (.*)"$')
        def lines():
            return [line for line in list(one.log) if f"event sink {name} " in line]

        with one.client() as client:
            while len(lines()) < max(2, int((info := client.info())[f"{name}_failures"])):
                self.assertLess(time.monotonic(), ends, one.text)
                time.sleep(0.05)
        found = [said.match(line)[1] for line in lines()]
        # One a try; and tries become rare.
        self.assertLessEqual(abs(len(found) - int(info[f"{name}_failures"])), 1)
        self.assertLess(len(found), 20)
        return found, info[f"{name}_last_error"]

    def short(self, one):
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            client.call("ALLOCATE", "o1", "LAMP", 2)

    def test_when_the_authority_is_not_named_then_the_log_says_so_and_nothing_is_sent(self):
        mail, receiver, options = self.servers(*self.authority.sign("receiver"))
        one = self.serve(*options)
        self.short(one)
        reason = "SSL certificate problem: unable to get local issuer certificate"
        for name, at in (("mail", f"smtp://localhost:{mail.port}"),
                         ("webhook", f"https://localhost:{receiver.port}")):
            found, last = self.failures_of(one, name)
            self.assertEqual({f"{at}: {reason}"}, set(found))
            self.assertEqual(f"{at}: {reason}", last)
        self.assertEqual(0, one.stop())
        self.assertEqual(([], []), (mail.mails(), receiver.posts))
        one = self.serve(*options, "--notify-ca", self.authority.pem, *QUICK)
        with one.client() as client:
            self.await_sinks(client)
        self.assertEqual(([2], [2]), (mail.lsns(), receiver.lsns()))

    def test_when_a_certificate_is_for_another_whose_name_is_forged_then_that_adds_no_line(self):
        forged = "x\nts=0 level=error msg=forged \x1b[2J"
        mail, receiver, options = self.servers(*self.authority.sign("receiver", forged))
        one = self.serve(*options, "--notify-ca", self.authority.pem)
        self.short(one)
        for name in ("mail", "webhook"):
            found, last = self.failures_of(one, name)
            for text in (*found, last):
                self.assertIn("level=error msg=forged", text)
                self.assertIn("does not match target host name", text)
                self.assertNotIn("\x1b", text)
        self.assertEqual([], [line for line in one.log if not line.startswith("ts=2")])
        self.assertEqual(([], []), (mail.mails(), receiver.posts))


if __name__ == "__main__":
    server.main()
