import Dispatch
import HTTPClient
import HTTPServer
import Synchronization

/// Stands between the service and its provider, writes down what is sent, and disturbs it when told.
final class Relay: Sendable {
    /// A request that changes something, as it arrived from the service.
    struct Call: Hashable, Sendable {
        let path: String
        let key: String?
        let body: String
    }

    /// What is done to the next request of a kind.
    enum Disturbance: Sendable {
        /// It never arrives, and the connection breaks.
        case loseRequest
        /// It waits before the provider sees it.
        case holdRequest(Hold)
        /// The provider has done what was asked, and its answer waits.
        case holdAnswer(Hold)
        /// The provider is not asked: that is the answer.
        case answer(status: Int, body: String)
    }

    /// Where a request waits.
    final class Hold: Sendable {
        private let arrived = Mutex(false)
        private let passes = Mutex(false)
        private let gate = DispatchSemaphore(value: 0)

        var isReached: Bool { arrived.withLock { $0 } }

        /// - Parameter passes: whether it goes on to where it was going; the connection breaks otherwise.
        func release(passes: Bool) {
            self.passes.withLock { $0 = passes }
            gate.signal()
        }

        fileprivate func wait() -> Bool {
            arrived.withLock { $0 = true }
            gate.wait()
            return passes.withLock { $0 }
        }
    }

    private struct Core: Sendable {
        var calls: [Call] = []
        var rules: [(method: String, suffix: String, disturbance: Disturbance)] = []
        var underWay = 0
        var answered: [String] = []
    }

    private let core = Mutex(Core())
    private let provider: Endpoint
    private let server: Mutex<HTTPServer?>
    let url: String

    init(to provider: String) throws {
        self.provider = try Endpoint(baseURL: provider, timeoutMilliseconds: 60_000)
        server = Mutex(nil)
        let box = Box()
        let started = try HTTPServer(threads: 0) { box.answer($0) }
        url = "http://127.0.0.1:\(started.port)"
        server.withLock { $0 = started }
        box.relay.withLock { $0 = self }
    }

    /// The server needs a handler before there is a relay.
    private final class Box: Sendable {
        let relay = Mutex<Relay?>(nil)

        func answer(_ request: HTTPRequest) -> HTTPResponse { relay.withLock { $0 }?.answer(request) ?? .none }
    }

    /// Nothing may be held any more.
    func stop() {
        let stopped = server.withLock { server in
            defer { server = nil }
            return server
        }
        stopped?.stop()
    }

    /// What was sent to a path that ends so, in order.
    func calls(to suffix: String) -> [Call] { core.withLock { $0.calls.filter { $0.path.hasSuffix(suffix) } } }

    /// Whether no request waits, here or at the provider.
    var isIdle: Bool { core.withLock { $0.underWay == 0 } }

    /// How many requests that change something, to a path that ends so, the provider has answered.
    func answers(to suffix: String) -> Int {
        core.withLock { core in core.answered.count { $0.hasSuffix(suffix) } }
    }

    func disturbNext(_ method: String, _ suffix: String, _ disturbance: Disturbance) {
        core.withLock { $0.rules.append((method, suffix, disturbance)) }
    }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        let disturbance = core.withLock { core -> Disturbance? in
            core.underWay += 1
            if request.method == "POST" {
                let body = String(decoding: request.body, as: UTF8.self)
                core.calls.append(Call(path: request.path, key: request.headers["Idempotency-Key"], body: body))
            }
            let meant = core.rules.firstIndex { $0.method == request.method && request.path.hasSuffix($0.suffix) }
            return meant.map { core.rules.remove(at: $0).disturbance }
        }
        defer { core.withLock { $0.underWay -= 1 } }
        switch disturbance {
        case .loseRequest?: return .none
        case .answer(let status, let body)?:
            return HTTPResponse(
                status: status, headers: ["Content-Type": "application/json"], body: Array(body.utf8))
        case .holdRequest(let hold)?: return hold.wait() ? forward(request) : .none
        case .holdAnswer(let hold)?:
            let answer = forward(request)
            return hold.wait() ? answer : .none
        case nil: return forward(request)
        }
    }

    private func forward(_ request: HTTPRequest) -> HTTPResponse {
        defer { if request.method == "POST" { core.withLock { $0.answered.append(request.path) } } }
        let own: Set = ["host", "content-length", "connection", "accept"]
        let headers = request.headers.fields.filter { !own.contains($0.name.lowercased()) }
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        guard
            let outgoing = try? OutgoingRequest(
                request.method, request.path + (query.isEmpty ? "" : "?\(query)"),
                headers: headers.map { HTTPField($0.name, $0.value) },
                body: request.method == "POST" ? request.body : nil, endpoint: provider),
            case .response(let status, let fields, let body)? = try? Connection(endpoint: provider).perform(outgoing)
        else { return .none }
        let kept = fields.filter { ["content-type", "idempotent-replayed"].contains($0.name.lowercased()) }
        return HTTPResponse(
            status: status, headers: HTTPHeaders(kept.map { (name: $0.name, value: $0.value) }), body: body)
    }
}
