import Foundation
import HTTPServer
import Hyperswitch
import PaymentProviders
import RawServer
import Synchronization
import Testing

/// Many calls at once, and calls that nobody waits for any more.
struct ConcurrencyTests {
    private let servers = Servers()

    @Test func `200 calls at once each get their own answer, over eight connections`() async throws {
        let keys = Mutex<[String: String]>([:])
        let server = try HTTPServer(threads: 16) { request in
            let id = request.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            keys.withLock { $0[id] = request.headers["Idempotency-Key"] }
            let body = paymentBody(status: "cancelled").replacing("\(paymentID)", with: id)
            return HTTPResponse(status: 200, body: Array(body.utf8))
        }
        let url = "http://127.0.0.1:\(server.port)"
        let client = try HyperswitchClient(HyperswitchConfiguration(baseURL: url, apiKey: Secret(apiKey)))
        let answers = try await withThrowingTaskGroup(of: ProviderID.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let id = ProviderID.payment(ofRow: "\(number)")
                    return try await client.cancel(idempotencyKey: key("key-\(id)"), payment: id).id
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        server.stop()
        #expect(Set(answers).count == 200)
        let seen = keys.withLock { $0 }
        #expect(seen.count == 200)
        #expect(seen.allSatisfy { $0.value == "key-\($0.key)" })
    }

    /// Holds every request until it is opened.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        let held = Mutex(0)

        func pass() {
            held.withLock { $0 += 1 }
            semaphore.wait()
            semaphore.signal()
        }

        func open() { semaphore.signal() }

        func waits(for count: Int) async { while held.withLock({ $0 }) < count { await Task.yield() } }
    }

    @Test func `slow calls leave Swift's shared threads free, and no more are sent at once than allowed`() async throws
    {
        let gate = Gate()
        let server = try servers.start { _ in
            gate.pass()
            return .respond(response("200 OK", paymentBody()))
        }
        let client = try server.client(timeoutMilliseconds: 60_000, maximumConnections: 32)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 { group.addTask { try await MoneyCall.capture.make(client, key()) } }
            // Were any to block a shared thread, this task, which runs on one and opens the gate, would not get there.
            await gate.waits(for: 32)
            #expect(server.connections == 32)
            gate.open()
            try await group.waitForAll()
        }
        #expect(server.requests.count == 64)
    }

    @Test func `a call that was sent ends with its outcome, even if its task is cancelled`() async throws {
        let gate = Gate()
        let server = try servers.start { _ in
            gate.pass()
            return .respond(response("200 OK", refundBody(status: "succeeded")))
        }
        let client = try server.client()
        let call = Task {
            let request = RefundCreation(id: refundID, payment: paymentID, amount: try dollars("40.00"))
            return try await client.createRefund(idempotencyKey: key(), request)
        }
        await gate.waits(for: 1)
        call.cancel()
        gate.open()
        #expect(try await call.value.status == .succeeded)
    }

    @Test func `a call cancelled while it waits was not sent, and says so`() async throws {
        let gate = Gate()
        let server = try servers.start { _ in
            gate.pass()
            return .respond(response("200 OK", paymentBody()))
        }
        let client = try server.client(timeoutMilliseconds: 60_000, maximumConnections: 1)
        let first = Task { try await MoneyCall.capture.make(client, key("first")) }
        await gate.waits(for: 1)
        let second = Task { try await MoneyCall.createRefund.make(client, key("second")) }
        second.cancel()
        let reason = "the task was cancelled before anything was sent"
        await #expect(throws: ProviderError.unknown(.init(id: refundID, reason: reason, wasNotSent: true))) {
            try await second.value
        }
        gate.open()
        try await first.value
        #expect(server.requests.count == 1)
    }

    @Test func `a call that waited longer than the timeout was not sent, and says so`() async throws {
        let server = try servers.start { _ in .silence }
        let client = try server.client(timeoutMilliseconds: 200, maximumConnections: 1)
        let errors = await withTaskGroup(of: ProviderError?.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    do {
                        try await MoneyCall.createRefund.make(client, key())
                        return nil
                    } catch {
                        return error as? ProviderError
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let sent = errors.count { $0 == .unknown(.init(id: refundID, reason: "no answer, none came within 200 ms")) }
        let reason = "no connection was free within 200 ms"
        let waited = errors.count { $0 == .unknown(.init(id: refundID, reason: reason, wasNotSent: true)) }
        #expect(sent == server.requests.count)
        #expect(sent + waited == 4)
        #expect(waited >= 1)
    }
}
