import CommandSupport
import Digests
import ExactJSON
import Foundation
import HTTPServer
import Testing

@testable import HyperswitchSandbox

@Suite struct `A running sandbox` {
    private let sandbox: HyperswitchSandbox
    private let client: Client

    init() throws {
        sandbox = try HyperswitchSandbox()
        client = try Client(sandbox.url)
    }

    private func pay(_ id: String = "pay_1", amount: Int64 = 100) throws {
        #expect(try client.outcome("POST", "/payments", Provider.payment(id, amount)) == "200 succeeded")
    }

    @Test func `answers over HTTP as its state does`() throws {
        try pay()
        #expect(try client.outcome("POST", "/refunds", Provider.refund(60, "ref_1")) == "200 succeeded")
        #expect(try client.outcome("POST", "/refunds", Provider.refund(60, "ref_2")) == "400 IR_13")
        #expect(try client.outcome("GET", "/refunds/ref_1") == "200 succeeded")
        let anonymous = try Client(sandbox.url, key: nil)
        #expect(try anonymous.outcome("GET", "/refunds/ref_1") == "401 IR_01")
        let shown = try #require(try client.send("GET", "/payments/pay_1"))
        #expect(shown.json["state_metadata"]?["total_refunded_amount"] == 60)
        #expect(shown.headers.contains { $0.name == "Content-Type" && $0.value == "application/json" })
        sandbox.stop()
    }

    @Test func `marks an answer that it gives again`() throws {
        sandbox.configure { $0.profile = .stripe }
        let body = Provider.payment("pay_1", 100)
        func mark() throws -> String? {
            let answer = try #require(try client.send("POST", "/payments", body, key: "k"))
            return answer.headers.first { $0.name == "Idempotent-Replayed" }?.value
        }
        #expect(try mark() == nil)
        #expect(try mark() == "true")
        sandbox.stop()
    }

    // MARK: Faults

    @Test func `loses an answer, and has done what was asked`() throws {
        try pay()
        try sandbox.addFault(SandboxFault(.loseReply, on: .refund))
        #expect(try client.outcome("POST", "/refunds", Provider.refund(60, "ref_1")) == "lost")
        #expect(try client.outcome("GET", "/refunds/ref_1") == "200 succeeded")
        #expect(try client.outcome("POST", "/refunds", Provider.refund(40, "ref_1")) == "400 HE_01")
        sandbox.stop()
    }

    @Test func `holds an answer for longer than the client waits, and lets it go when it stops`() throws {
        try pay()
        try sandbox.addFault(SandboxFault(.holdReply(milliseconds: 600_000), on: .refund))
        let impatient = try Client(sandbox.url, timeoutMilliseconds: 100)
        #expect(try impatient.outcome("POST", "/refunds", Provider.refund(60, "ref_1")) == "lost")
        #expect(try client.outcome("GET", "/refunds/ref_1") == "200 succeeded")
        sandbox.stop()
    }

    @Test func `is slow, and answers`() throws {
        try sandbox.addFault(SandboxFault(.slow(milliseconds: 60), on: .authorize))
        let start = ContinuousClock.now
        try pay()
        #expect(ContinuousClock.now - start >= .milliseconds(60))
        sandbox.stop()
    }

    @Test(arguments: [(false, 120), (true, 60)])
    func `lets two refunds overlap, and over-refunds as the real router unless it is locked`(
        isLocked: Bool, refunded: Int64
    ) async throws {
        try pay()
        sandbox.configure { $0.checksRefundsUnderLock = isLocked }
        for _ in 1...5 {
            let before = sandbox.state
            try sandbox.addFault(SandboxFault(.overlap(requests: 2), on: .refund))
            let url = sandbox.url
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...2 {
                    group.addTask {
                        _ = try await blocking {
                            try Client(url).outcome("POST", "/refunds", Provider.refund(60, "ref_\(number)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(sandbox.state.notFailed(refundsOf: "pay_1") == refunded)
            sandbox.state = before
        }
        sandbox.stop()
    }

    @Test func `does not wait for ever for a request that does not come`() throws {
        try pay()
        try sandbox.addFault(SandboxFault(.overlap(requests: 2), on: .refund))
        #expect(try client.outcome("POST", "/refunds", Provider.refund(60, "ref_1")) == "200 succeeded")
        sandbox.stop()
    }

    // MARK: Webhooks

    @Test func `sends webhooks when it is told`() async throws {
        let receiver = try Receiver(answering: 500)
        await #expect(throws: SandboxControlError.noWebhookURL) { try await sandbox.deliverNext() }
        try sandbox.sendWebhooks(to: receiver.url)
        #expect(try await sandbox.deliverNext() == nil)
        try pay()
        #expect(receiver.received.isEmpty)
        #expect(try await sandbox.deliverNext()?.outcomes == [.answered(status: 500)])
        #expect(try await sandbox.deliverNext() == nil, "the retry is not due")
        #expect(sandbox.pendingDeliveries.count == 1)
        try sandbox.advanceClock(bySeconds: 60)
        let report = try await sandbox.deliverNext()
        #expect(report?.status == 200 && report?.eventType == "payment_succeeded")
        let (first, second) = (receiver.received[0], receiver.received[1])
        #expect(first.body == second.body && first.signature == second.signature)
        #expect(first.path == "/webhooks/hyperswitch" && first.contentType == "application/json")
        let code = Digests.hmacSHA512(of: first.body, key: Array("whsec_sandbox".utf8))
        #expect(first.signature == Digests.hexadecimal(code))
        receiver.stop()
        sandbox.stop()
    }

    @Test func `sends any webhook in any form, any number of times`() async throws {
        let receiver = try Receiver(answering: 200, 200, 401, 401)
        try sandbox.sendWebhooks(to: receiver.url)
        try pay()
        let id = try #require(sandbox.pendingDeliveries.first).id
        #expect(try await sandbox.deliver(id, times: 2).outcomes.map(\.status) == [200, 200])
        #expect(sandbox.state.deliveries[id]?.status == .delivered)
        let after = sandbox.state
        #expect(try await sandbox.deliver(id, as: .forgedSignature).status == 401)
        #expect(try await sandbox.deliver(id, as: .unsigned).status == 401)
        #expect(sandbox.state == after)
        #expect(receiver.received[3].signature == nil && receiver.received[2].signature != nil)
        await #expect(throws: SandboxControlError.notFound(kind: "event", id: "evt_9")) {
            try await sandbox.deliver("evt_9")
        }
        receiver.stop()
        sandbox.stop()
    }

    @Test func `says why there was no answer`() async throws {
        let receiver = try Receiver(answering: 0)
        try sandbox.sendWebhooks(to: receiver.url)
        try pay()
        let lost = try await sandbox.deliverNext()
        #expect(lost?.outcomes == [.failed(reason: "the API closed the connection without one")])
        receiver.stop()
        try sandbox.advanceClock(bySeconds: 60)
        let gone = try await sandbox.deliverNext()
        #expect(gone?.outcomes == [.failed(reason: "connection refused")])
        #expect(sandbox.pendingDeliveries.first?.attempts == 2)
        sandbox.stop()
    }

    @Test(arguments: [
        "http://example.org/webhooks", "https://127.0.0.1/webhooks", "http://10.0.0.1/", "127.0.0.1:80", "",
        "http://127.0.0.1.example.org/", "http://user@127.0.0.1/",
    ])
    func `sends webhooks to this machine only`(url: String) {
        let error = #expect(throws: SandboxControlError.self) { try sandbox.sendWebhooks(to: url) }
        #expect(
            error?.description
                == "Webhooks cannot be sent to “\(url)”: the sandbox is a test tool and takes http:// URLs of this "
                + "machine only, such as http://127.0.0.1:8080/webhooks.")
        sandbox.stop()
    }

    @Test func `sends by itself and tries again, if it is to`() async throws {
        let receiver = try Receiver(answering: 503, 200, 200)
        // A minute of its clock is six milliseconds.
        let live = try HyperswitchSandbox(delivery: .automatic(clockSpeed: 10_000))
        try live.sendWebhooks(to: receiver.url)
        _ = try Client(live.url).send("POST", "/payments", Provider.payment("pay_1", 100))
        try await eventually("two deliveries") { receiver.received.count == 2 }
        #expect(receiver.received.map(\.type) == ["payment_succeeded", "payment_succeeded"])
        _ = try Client(live.url).send("POST", "/refunds", Provider.refund(10, "ref_1"))
        try await eventually("the refund's delivery") { receiver.received.count == 3 }
        #expect(receiver.received.last?.type == "refund_succeeded")
        #expect(live.state.now > .start)
        live.stop()
        receiver.stop()
        sandbox.stop()
    }

    @Test func `is told of a webhook by a service that asks while it answers one`() async throws {
        let url = sandbox.url
        let asked = try HTTPServer(threads: 0) { _ in
            let status = try? Client(url).outcome("GET", "/payments/pay_1")
            return HTTPResponse(status: status == "200 succeeded" ? 200 : 500)
        }
        try sandbox.sendWebhooks(to: "http://127.0.0.1:\(asked.port)")
        try pay()
        #expect(try await sandbox.deliverAll().map(\.status) == [200])
        asked.stop()
        sandbox.stop()
    }
}

/// Runs something that blocks on a thread of its own.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
