import Foundation
import RawServer
import Rewind
import RewindHTTP
import Synchronization
import Testing

/// What becomes of connections, and of requests when connections break.
struct ConnectionTests {
    private func client(_ url: String, timeoutMilliseconds: Int = 10_000) throws -> BoundAPI {
        // A thread of its own: waiting for another test's timeout would let the kept connection grow too old to reuse.
        let thread = WorkerThread(name: "test")
        return try API(baseURL: url, timeoutMilliseconds: timeoutMilliseconds, thread: thread).bound(to: Journal())
    }

    /// One, and one more for each time the machine stops the test for longer than a connection is trusted.
    private static let connectionsOnBusyMachine = 5

    @Test func `one connection serves many requests`() async throws {
        let server = try TestServer { _ in .respond(response()) }
        let api = try client(server.url)
        for _ in 0..<20 { #expect(try await api.get("/a").status == 200) }
        for _ in 0..<20 { #expect(try await api.post("/a", json: ["k": 1]).status == 200) }
        #expect(server.connections <= Self.connectionsOnBusyMachine)
        #expect(server.requests.count == 40)
    }

    @Test func `a connection is kept when only unsafe requests are made`() async throws {
        let server = try TestServer { _ in .respond(response()) }
        let api = try client(server.url)
        for _ in 0..<20 { #expect(try await api.post("/a").status == 200) }
        #expect(server.connections <= Self.connectionsOnBusyMachine)
    }

    @Test func `an announced close is followed by a new connection`() async throws {
        let server = try TestServer { _ in .respondThenClose(response(headers: "Connection: close\r\n")) }
        let api = try client(server.url)
        for _ in 0..<10 { #expect(try await api.post("/a").status == 200) }
        #expect(server.connections == 10)
        #expect(server.requests.count == 10)
    }

    @Test(
        arguments: ["POST", "PUT", "PATCH", "DELETE", "GET"],
        [TestServer.Answer.respondThenClose(response()), .respondThenCloseSoon(response())])
    func `a server that closes after each answer without saying so gets each request once`(
        method: String, answer: TestServer.Answer
    ) async throws {
        let server = try TestServer { _ in answer }
        let api = try client(server.url)
        for number in 0..<10 { #expect(try await api.send(Request(method, "/\(number)")).status == 200) }
        #expect(server.requests.map(\.line) == (0..<10).map { "\(method) /\($0) HTTP/1.1" })
    }

    @Test(arguments: [TestServer.Answer.close, .reset], ["POST", "PUT", "PATCH", "DELETE"])
    func `an unsafe request is not sent again when its kept connection dies under it`(
        death: TestServer.Answer, method: String
    ) async throws {
        let server = try TestServer { $0.number == 3 ? death : .respond(response()) }
        let api = try client(server.url)
        _ = try await api.get("/first")
        _ = try await api.get("/second")
        await #expect {
            try await api.send(Request(method, "/pay", body: method == "DELETE" ? nil : Array("x".utf8)))
        } throws: { error in
            guard case APIError.lost(method, "/pay", _) = error else { return false }
            return true
        }
        #expect(server.requests.count { $0.line.contains("/pay") } == 1)
        #expect(api.journal.exchanges.last?.path == "/pay")
        #expect(try await api.post("/after").status == 200)
    }

    @Test(arguments: ["POST", "GET"])
    func `a crash under a request is a lost answer, and the next finds nobody`(method: String) async throws {
        let server = try TestServer { $0.number == 3 ? .crash : .respond(response()) }
        let api = try client(server.url)
        for _ in 0..<2 { _ = try await api.get("/") }
        // On a busy machine so much time may have passed that the request went over a new connection.
        let lost = ["a kept connection", "the connection"].map {
            APIError.lost(method: method, path: "/pay", reason: "the API closed \($0) without one")
        }
        await #expect {
            try await api.send(Request(method, "/pay"))
        } throws: { error in
            lost.contains { $0 == error as? APIError }
        }
        let unreachable = APIError.unreachable(url: server.url, reason: "connection refused")
        await #expect(throws: unreachable) { try await api.send(Request(method, "/pay")) }
    }

    @Test func `a safe request is sent again when its kept connection dies under it`() async throws {
        // On a busy machine so much time may pass between the two that the connection is not used again.
        for _ in 1...5 {
            let server = try TestServer { $0.number == 2 ? .close : .respond(response()) }
            let api = try client(server.url)
            let start = ContinuousClock.now
            _ = try await api.get("/first")
            let second = try? await api.get("/second")
            if ContinuousClock.now - start > .seconds(1.5) { continue }
            #expect(second?.status == 200)
            #expect(server.connections == 2)
            return
        }
        Issue.record("The machine was too busy to send two requests within 1.5 s, five times.")
    }

    @Test func `a request on a new connection is never sent again`() async throws {
        let server = try TestServer { _ in .close }
        let api = try client(server.url)
        let lost = APIError.lost(method: "GET", path: "/a", reason: "the API closed the connection without one")
        await #expect(throws: lost) { try await api.get("/a") }
        #expect(server.requests.count == 1)
    }

    @Test func `an API that is not there is unreachable and nothing is recorded`() async throws {
        // Port 1 is reserved and never listened on.
        let api = try client("http://127.0.0.1:1")
        let error = await #expect(throws: APIError.self) { try await api.post("/pay") }
        #expect(
            error?.description == "Could not reach the API at http://127.0.0.1:1: connection refused. "
                + "Nothing was sent. Is the API running? Start it, or check the base URL.")
        #expect(api.journal.exchanges.isEmpty)
    }

    @Test func `an unknown host is unreachable`() async throws {
        let api = try client("http://rewind.invalid:8080")
        let error = await #expect(throws: APIError.self) { try await api.get("/") }
        guard case .unreachable("http://rewind.invalid:8080", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a failed TLS handshake is unreachable`() async throws {
        let server = try TestServer { _ in .close }
        let api = try client("https://127.0.0.1:\(server.port)", timeoutMilliseconds: 500)
        let error = await #expect(throws: APIError.self) { try await api.post("/pay") }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(api.journal.exchanges.isEmpty)
    }

    @Test func `silence is a lost answer after the timeout`() async throws {
        let server = try TestServer { _ in .silence }
        let api = try client(server.url, timeoutMilliseconds: 200)
        let start = ContinuousClock.now
        let error = await #expect(throws: APIError.self) { try await api.post("/pay") }
        #expect(ContinuousClock.now - start >= .milliseconds(190))
        #expect(
            error?.description == "POST /pay: no answer, none came within 200 ms. "
                + "The request may have had its effect; look at the API's log.")
        #expect(api.journal.exchanges.map(\.reply) == [.lost(reason: "none came within 200 ms")])
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "the API closed the connection in the middle of it"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "what came back is not HTTP"),
    ])
    func `half an answer is a lost answer`(answer: String, reason: String) async throws {
        let server = try TestServer { _ in .respondThenClose(answer) }
        let api = try client(server.url)
        await #expect(throws: APIError.lost(method: "POST", path: "/pay", reason: reason)) {
            try await api.post("/pay")
        }
        #expect(server.requests.count == 1)
        #expect(api.journal.exchanges.map(\.reply) == [.lost(reason: reason)])
    }

    @Test func `a socket file takes the place of host and port`() async throws {
        let path = "/tmp/rewind-http-\(UUID().uuidString).sock"
        defer { unlink(path) }
        let server = try TestServer(unixSocketPath: path) { _ in .respond(response()) }
        let api = try API(baseURL: "http://orders.test", unixSocketPath: path).bound(to: Journal())
        #expect(try await api.get("/orders").status == 200)
        #expect(try await api.post("/orders").status == 200)
        #expect(server.requests.map(\.headers.first) == ["Host: orders.test", "Host: orders.test"])
    }

    @Test func `many tasks share one API and each gets its own answer`() async throws {
        let server = try TestServer { .respond(response("200 OK", "\"\($0.line)\"")) }
        let api = try client(server.url)
        let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<100 { group.addTask { (number, try await api.get("/\(number)").json.string) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers == Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, "GET /\($0) HTTP/1.1") }))
        #expect(api.journal.exchanges.count == 100)
        #expect(server.connections == 1)
    }

    @Test func `slow requests leave Swift's shared threads free`() async throws {
        let pending = Mutex(0)
        let gate = DispatchSemaphore(value: 0)
        let server = try TestServer { _ in
            pending.withLock { $0 += 1 }
            gate.wait()
            return .respond(response())
        }
        let original = try API(baseURL: server.url, timeoutMilliseconds: 60_000)
        // Every request is held until all 64 are under way: were any to block a shared thread, this task,
        // which runs on one and opens the gate, would not get there.
        try await withThrowingTaskGroup(of: WorkerThread.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let thread = WorkerThread(name: "slow \(number)")
                    let api = try original.connection(on: thread).bound(to: Journal())
                    #expect(try await api.get("/slow").status == 200)
                    return thread
                }
            }
            while pending.withLock({ $0 }) < 64 { await Task.yield() }
            for _ in 0..<64 { gate.signal() }
            for try await thread in group { thread.stop() }
        }
        #expect(server.connections == 64)
    }

    @Test func `calls from the API's own thread stay on it`() async throws {
        let server = try TestServer { _ in .respond(response()) }
        let thread = WorkerThread(name: "same")
        let api = try API(baseURL: server.url, thread: thread).bound(to: Journal())
        try await thread.run {
            let before = pthread_self()
            for _ in 0..<10 {
                _ = try await api.get("/a")
                #expect(pthread_self() == before)
            }
        }
        thread.stop()
    }
}
