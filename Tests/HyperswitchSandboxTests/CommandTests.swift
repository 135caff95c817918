import CommandSupport
import ExactJSON
import Foundation
import Testing

@testable import HyperswitchSandbox

@Suite struct `rewind sandbox` {
    @Test func `its first line is its address, and it answers and sends webhooks`() async throws {
        let scratch = try Scratch()
        let receiver = try Receiver(answering: 200)
        let tool = try Tool(
            [
                "sandbox", "--port", "0", "--api-key", "k1", "--webhook-url", receiver.url, "--webhook-secret", "s1",
                "--profile", "stripe", "--refunds", "pending",
            ], in: scratch)
        let url = try await tool.firstLine()
        #expect(url.hasPrefix("http://127.0.0.1:"))
        let client = try Client(url, key: "k1")
        #expect(try Client(url).outcome("GET", "/payments/pay_1") == "401 IR_01")
        #expect(try client.outcome("POST", "/payments", Provider.payment("pay_1", 100)) == "200 succeeded")
        #expect(try client.outcome("POST", "/refunds", Provider.refund(10, "ref_1")) == "200 pending")
        try await eventually("the webhook") { receiver.received.count == 1 }
        let id = try #require((try? JSON(parsing: receiver.received[0].body))?["event_id"]?.string)
        try await eventually("the note") { tool.standardError.contains("answered") }
        tool.signal(SIGINT)
        let ending = try await tool.end()
        #expect(ending.status == 0 && !ending.wasKilled)
        #expect(
            ending.errors
                == "Simulating Hyperswitch: idempotency as stripe, refunds pending, payouts instant. Webhooks go to "
                + "\(receiver.url), signed. Ctrl-C ends it.\n"
                + "Webhook payment_succeeded (\(id)): answered 200\n")
        receiver.stop()
    }

    @Test(arguments: [
        (
            ["--webhook-url", "http://example.org/"],
            "Webhooks cannot be sent to “http://example.org/”: the sandbox is a test tool and takes http:// URLs of this "
                + "machine only, such as http://127.0.0.1:8080/webhooks.\n"
        ),
        (["--api-key", ""], "Error: Give --api-key something: an empty key cannot be sent.\n"),
        (["--webhook-secret", ""], "Error: Give --webhook-secret something, or leave it out.\n"),
        (["--clock-speed", "0"], "Error: Give --clock-speed a factor above 0, up to 1000000.\n"),
        (["--profile", "paypal"], "Error: The value 'paypal' is invalid for '--profile <profile>'."),
    ])
    func `says what is wrong, and ends with 2`(arguments: [String], message: String) async throws {
        let scratch = try Scratch()
        let ending = try await Tool(["sandbox", "--port", "0"] + arguments, in: scratch).end()
        #expect(ending.status == 2 && ending.output == "")
        #expect(ending.errors.hasPrefix(message), "\(ending.errors)")
    }

    @Test func `says that a port is in use`() async throws {
        let scratch = try Scratch()
        let sandbox = try HyperswitchSandbox()
        let ending = try await Tool.run("sandbox", "--port", "\(sandbox.port)", in: scratch)
        #expect(ending.status == 2)
        #expect(
            ending.errors
                == "Cannot listen on 127.0.0.1:\(sandbox.port): the port is in use; stop the other server, or use port 0 "
                + "for a free one.\n")
        sandbox.stop()
    }
}
