"""A client that subscribes to the largest number of patterns, each of the slowest kind, and publishes."""

import pathlib
import sys
import time

import server
from attack import Attack
from resp import encoded

PATTERNS_MAX = 1_000
NAME_MAX = 256
PUBLISHES = 60
COSTLIER_MAX = 4.0  # times a pattern without a star may cost
PSUBSCRIBE_S = 20
CLIENTS = 5
SUBSCRIPTIONS_MAX = 1_000
ASKED = 5

# Of a channel of a's, each is nearly matched in as many ways as there are. They end in a number of their own.
SHAPES = ("*" + "a" * 124, "*a" * 125, "*" + "a?" * 62, "*" + "?" * 124, "*[^b]" * 50, "*aa" * 83)


def hostile(i):
    return f"{SHAPES[i % len(SHAPES)]}{i:04}"[-NAME_MAX:]


def plain(i):
    return f"{'a' * (NAME_MAX - 4)}{i:04}"


def processor_s(running):
    """What the server's thread has computed. Others on the machine do not count."""
    nanoseconds = pathlib.Path(f"/proc/{running.pid}/task/{running.pid}/schedstat").read_text().split()[0]
    return int(nanoseconds) / 1e9


class GivenTheMostPatternsAClientMayHave(Attack):
    def cost_of_publishing(self, running, pattern_of):
        """Processor seconds a PUBLISH takes with so many such patterns, of which none matches."""
        with running.client() as listener, running.client() as publisher:
            listener.socket.settimeout(PSUBSCRIBE_S)
            listener.send(encoded("PSUBSCRIBE", *(pattern_of(i) for i in range(PATTERNS_MAX))))
            self.assertEqual(PATTERNS_MAX, [listener.read() for _ in range(PATTERNS_MAX)][-1][2])
            self.assertFails(publisher.call("PSUBSCRIBE", "one more"), "SYNTAX", "at most 1000 patterns")
            before = processor_s(running)
            replies = publisher.pipeline([("PUBLISH", "a" * NAME_MAX, "hi")] * PUBLISHES)
            took = processor_s(running) - before
            self.assertEqual([0] * PUBLISHES, replies)
            self.assertEqual("PONG", publisher.call("PING"))
        with running.client() as other:
            while other.call("PUBSUB", "NUMPAT"):  # until they are forgotten
                time.sleep(0.01)
        return took / PUBLISHES

    def test_when_patterns_are_hostile_then_a_publish_costs_as_with_any_and_others_are_served(self):
        running = self.serve()
        usual = self.cost_of_publishing(running, plain)
        with self.attack(running):
            worst = self.cost_of_publishing(running, hostile)
        print(f"  a PUBLISH with {PATTERNS_MAX} patterns: {usual * 1000:.2f} ms of the processor, hostile ones "
              f"{worst * 1000:.2f} ms", file=sys.stderr)
        self.assertLess(worst, COSTLIER_MAX * usual)

    def test_when_the_client_lists_channels_of_a_hostile_form_then_it_costs_as_with_any(self):
        running = self.serve()
        for i in range(CLIENTS):
            listener = self.client(running)
            names = [f"{'a' * (NAME_MAX - 8)}{i:04}{j:04}" for j in range(SUBSCRIPTIONS_MAX)]
            listener.pipeline([("SUBSCRIBE", name) for name in names])
        asker = self.client(running)

        def cost_of(pattern):
            before = processor_s(running)
            self.assertEqual([[]] * ASKED, [asker.call("PUBSUB", "CHANNELS", pattern) for _ in range(ASKED)])
            return processor_s(running) - before

        usual = cost_of("a" * (NAME_MAX - 9) + "b")
        worst = max(cost_of(shape + "b") for shape in SHAPES)
        print(f"\n  PUBSUB CHANNELS of {CLIENTS * SUBSCRIPTIONS_MAX}: {usual / ASKED * 1000:.2f} ms of the processor, "
              f"hostile {worst / ASKED * 1000:.2f} ms", file=sys.stderr)
        self.assertLess(worst, COSTLIER_MAX * usual)


if __name__ == "__main__":
    server.main()
