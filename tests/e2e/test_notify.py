"""Mails and webhooks, against a real mail server and a real receiver that fail in between."""

import email
import email.policy
import email.utils
import time

import server
from notified import PATIENCE_S, QUICK, MailServer, NotifiedCase, Receiver, SinksCase


class GivenAServerThatNotifies(NotifiedCase):
    def test_when_a_line_is_short_then_a_mail_and_a_post_say_so(self):
        before = self.serve()
        with before.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 5)
            client.call("ALLOCATE", "too-early", "LAMP", 50)
        before.stop()
        one = self.serve(*self.options, *QUICK, "--webhook-events", "out_of_stock,line_allocated",
                         env={"ALLOT_WEBHOOK_TOKEN": "s3cret"})
        with one.client() as client:
            client.call("ADDBATCH", "b2", "LÄMPCHEN", 5)
            client.call("ALLOCATE", "o1", "LAMP", 2)
            client.call("ALLOCATE", "o2", "LAMP", 50)
            client.call("ALLOCATE", "o3", "LÄMPCHEN", 50)
            info = self.await_sinks(client)
            self.assertEqual(("2", "3", "0", ""),
                             tuple(info[field] for field in ("mail_deliveries", "webhook_deliveries",
                                                             "mail_failures", "mail_last_error")))
        mails = self.mail.mails()
        self.assertEqual(["Out of stock for LAMP\n", "Out of stock for LÄMPCHEN\n"],
                         [message.get_content().replace("\r\n", "\n") for _, message in mails])
        self.assertEqual({("allocations@example.com", ("stock@example.com",))},
                         {(mail["from"], tuple(mail["to"])) for mail, _ in mails})
        self.assertEqual([
            {"event": "line_allocated", "lsn": 4, "order": "o1", "sku": "LAMP", "quantity": 2,
             "batch": "b1"},
            {"event": "out_of_stock", "lsn": 5, "order": "o2", "sku": "LAMP", "quantity": 50},
            {"event": "out_of_stock", "lsn": 6, "order": "o3", "sku": "LÄMPCHEN", "quantity": 50},
        ], [{key: value for key, value in body.items() if key not in ("time", "cursor")}
            for _, body in self.receiver.posts])
        for header, body in self.receiver.posts:
            self.assertRegex(body["cursor"], rf"^[0-9a-f]{{16}}:{body['lsn']}$")
            self.assertEqual("Bearer s3cret", header["Authorization"])
            self.assertEqual("application/json", header["Content-Type"])
            self.assertRegex(header["Idempotency-Key"],
                             rf"^[0-9a-f]{{16}}-{body['lsn']}-{body['time']}$")
            self.assertLess(abs(body["time"] / 1e6 - time.time()), 60)

    def test_when_the_receiver_hangs_then_no_command_waits_and_the_end_does_not(self):
        one = self.serve(*self.options, "--notify-timeout", "1h")
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            self.receiver.mode = "hangs"
            client.call("ALLOCATE", "hangs", "LAMP", 50)
            while client.info()["webhook_lag_events"] == "0":
                pass
            # A reply that waited for the receiver would take an hour: the client waits for 10 s.
            for i in range(200):
                self.assertFails(client.call("ALLOCATE", f"during-{i}", "LAMP", 50), "OUTOFSTOCK")
            self.assertGreater(int(client.info()["webhook_lag_events"]), 200)
        self.assertEqual(0, one.stop())  # within STOP_S

    def test_when_everything_fails_in_between_then_all_events_are_delivered_in_order(self):
        one = self.serve(*self.options, *QUICK)
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 10)
        phases = [("good", "good"), ("killed", "broken"), ("busy", "hangs"), ("good", "stopped"),
                  ("hangs", "busy"), ("killed", "good"), ("good", "gone")]
        for number, (mail, receiver) in enumerate(phases):
            self.enter(mail, receiver)
            with one.client() as client:
                for i in range(10):
                    client.call("ALLOCATE", f"order-{number}-{i}", "LAMP", 1)
                    client.call("ALLOCATE", f"big-{number}-{i}", "LAMP", 500)
                self.await_phase(client, mail=mail, webhook=receiver)
                if number % 2 == 0:
                    client.send(b"".join(
                        b"ALLOCATE rush-%d-%d LAMP 500\r\n" % (number, i) for i in range(50)))
                    one.kill()  # in the middle of it
                    one = self.serve(*self.options, *QUICK)
        self.enter("good", "good")
        with one.client() as client:
            client.call("ALLOCATE", "last", "LAMP", 500)
            info = self.await_sinks(client)
        self.assertEqual(0, one.stop())
        self.assertGood(self.store)
        expected = self.short()
        self.assertGreaterEqual(len(expected), 10 * len(phases))
        for received in (self.mail.lsns(), self.receiver.lsns()):
            self.assertEqual(expected, list(dict.fromkeys(received)))  # in order of the first time
        self.assertGreater(int(info["webhook_failures"]), 0)
        # Each failure is one line of the log, and says when it is tried again.
        self.assertIn("event sink webhook failed at LSN", one.text)

    def await_phase(self, client, **modes):
        """Waits until each sink that is good has everything, and each other has failed."""
        before = client.info()
        for sink, mode in modes.items():
            if mode == "good":
                self.await_lag(client, f"{sink}_lag_events")
            else:
                failures = f"{sink}_failures"
                self.await_true(lambda: int(client.info()[failures]) > int(before[failures]), client)

    def enter(self, mail, receiver):
        self.mail.kill()
        if mail != "killed":
            self.mail.is_to(mail)
            self.mail.start()
        self.receiver.stop()
        if receiver != "stopped":
            self.receiver.mode = receiver
            self.receiver.start()


class GivenSeveralReceivers(SinksCase):
    def setUp(self):
        super().setUp()
        self.erp, self.shop = Receiver(), Receiver()
        self.addCleanup(self.erp.stop)
        self.addCleanup(self.shop.stop)
        self.urls = [f"--webhook=erp=http://127.0.0.1:{self.erp.port}/in",
                     f"--webhook=http://127.0.0.1:{self.shop.port}/in"]

    def short(self, client, name, count=10):
        for i in range(count):
            client.call("ALLOCATE", f"{name}-{i}", "LAMP", 500)

    def test_when_a_receiver_is_down_then_the_other_gets_everything_and_it_loses_nothing(self):
        one = self.serve(*self.urls, *QUICK)
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            self.short(client, "both")
            self.await_lag(client, "webhook-erp_lag_events")
            self.await_lag(client, "webhook_lag_events")
            self.erp.stop()
            self.short(client, "down")
            self.await_lag(client, "webhook_lag_events")
            info = client.info()
            self.assertEqual("10", info["webhook-erp_lag_events"])
            self.assertEqual("0", info["webhook_failures"])
        one.kill()
        # Whatever the order of the options, each continues from its own position.
        one = self.serve(*reversed(self.urls), *QUICK)
        with one.client() as client:
            self.short(client, "later")
            self.await_lag(client, "webhook_lag_events")
            self.assertEqual("20", client.info()["webhook-erp_lag_events"])
            self.erp.start()
            self.await_lag(client, "webhook-erp_lag_events")
        self.assertEqual(0, one.stop())
        expected = list(range(2, 32))
        for receiver in (self.erp, self.shop):
            self.assertEqual(expected, list(dict.fromkeys(receiver.lsns())))
        # The receiver that was never down got no event twice, except at the kill.
        self.assertLessEqual(len(self.shop.lsns()), len(expected) + 1)
        self.assertIn("event sink webhook-erp failed at LSN", one.text)
        self.assertNotIn("event sink webhook failed", one.text)

    def test_when_a_second_webhook_is_added_then_the_first_continues_from_its_position(self):
        one = self.serve(self.urls[1], *QUICK)
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            self.shop.mode = "broken"
            self.short(client, "missed")
        one.kill()
        self.shop.mode = "good"
        one = self.serve(*self.urls, *QUICK)
        with one.client() as client:
            self.short(client, "both")
            self.await_lag(client, "webhook_lag_events")
            self.await_lag(client, "webhook-erp_lag_events")
        self.assertEqual(list(range(2, 22)), self.shop.lsns())
        self.assertEqual(list(range(12, 22)), self.erp.lsns())  # from when it was registered

    def test_when_many_receivers_hang_then_the_end_waits_for_all_at_once(self):
        self.erp.mode = "hangs"
        urls = [f"--webhook=n{i}=http://127.0.0.1:{self.erp.port}/{i}" for i in range(16)]
        one = self.serve(*urls, "--notify-timeout", "1h")
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            self.short(client, "hangs", 1)
            ends = time.monotonic() + PATIENCE_S
            while len(self.erp.asked) < 16:
                self.assertLess(time.monotonic(), ends, client.info())
                time.sleep(0.02)
        self.assertEqual(0, one.stop())  # within STOP_S; each takes up to a second
        self.assertEqual([], self.erp.posts)

    def test_when_a_receiver_sends_retry_after_then_it_is_called_no_earlier(self):
        one = self.serve(self.urls[1], *QUICK)  # else it would be asked again within 200 ms
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            for mode, asks, least in (
                    ("busy", "2", 2), ("broken", "1", 1),
                    ("gone", lambda: email.utils.formatdate(time.time() + 2, usegmt=True), 1)):
                self.shop.times.clear()
                self.shop.mode, self.shop.retry_after = mode, asks
                self.short(client, mode, 1)
                self.await_true(lambda: self.shop.times, client)
                self.shop.mode = "good"
                self.await_true(lambda: float(client.info()["webhook_retry_seconds"]) > 0 or len(self.shop.times) > 1,
                                client)
                self.await_lag(client, "webhook_lag_events")
                (first, _), (second, _) = self.shop.times
                self.assertGreaterEqual(second - first, least, mode)
                self.assertLess(second - first, least + 20, mode)
            self.assertEqual("0", client.info()["webhook_retry_seconds"])
        self.assertRegex(one.text, r"event sink webhook failed at LSN 2; the store calls it again in 2000 ms: "
                                   r"http://127.0.0.1:\d+: answered 429 with Retry-After: 2")

    def test_when_a_token_is_for_one_receiver_then_no_other_gets_it(self):
        token = self.scratch / "token"
        token.write_text("s3cret\n")
        token.chmod(0o600)
        config = self.scratch / "allot.ini"
        config.write_text("".join(f"{url.removeprefix('--').replace('=', ' = ', 1)}\n"
                                  for url in self.urls) + f"webhook-token-file = erp={token}\n")
        one = self.serve("--config", str(config), *QUICK)
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            self.short(client, "one", 1)
            self.await_lag(client, "webhook_lag_events")
            self.await_lag(client, "webhook-erp_lag_events")
        tokens = [receiver.posts[0][0]["Authorization"] for receiver in (self.erp, self.shop)]
        self.assertEqual(["Bearer s3cret", None], tokens)

    def test_when_there_are_several_recipients_then_one_mail_goes_to_all(self):
        mail = MailServer(self.scratch / "mail")
        self.addCleanup(mail.kill)
        one = self.serve("--smtp", f"smtp://127.0.0.1:{mail.port}", "--mail-to", "b@example.com",
                         "--mail-to", "a@example.com", *QUICK)
        with one.client() as client:
            client.call("ADDBATCH", "b1", "LAMP", 1)
            self.short(client, "one", 1)
            self.await_lag(client, "mail_lag_events")
        ((envelope, message),) = mail.mails()
        self.assertEqual(["b@example.com", "a@example.com"], envelope["to"])
        self.assertEqual("b@example.com, a@example.com", message["To"])


if __name__ == "__main__":
    server.main()
