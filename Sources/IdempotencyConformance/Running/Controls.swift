import ExactJSON
import HTTPClient

extension IdempotencyTarget {
    /// A control that sends a request to the API, with the target's headers and no key.
    ///
    /// The closure throws when the answer is no 2xx. `{name}` stands for the values.
    public func control(
        _ request: IdempotencyRequest
    ) -> @Sendable (_ values: [String: String]) async throws -> Void {
        let (baseURL, headers, timeout) = (baseURL, headers, timeoutMilliseconds)
        return { values in
            let client = try ControlClient(
                baseURL: baseURL, headers: headers.map { HTTPField($0.name, $0.value) }, timeoutMilliseconds: timeout)
            let known = values.mapValues { Double($0) == nil ? JSON.string($0) : .number($0) }
            _ = try await client.send(
                request.method, known.putInto(path: request.path), body: request.body.map { known.putInto(json: $0) })
        }
    }
}

extension Downstream {
    /// The sandbox, `rewind sandbox`, that the API has as its provider (`docs/sandbox.md`).
    ///
    /// - Parameters:
    ///   - url: Where it listens.
    ///   - call: What the operation leads to there: `authorize`, `capture`, `refund` …
    ///   - allowsAnotherAttempt: As ``allowsAnotherAttempt``.
    /// - Throws: ``IdempotencyUndecided`` for a URL that is none.
    public static func sandbox(
        at url: String, call: String, allowsAnotherAttempt: Bool = true
    ) throws -> Downstream {
        let client = try ControlClient(baseURL: url, headers: [], timeoutMilliseconds: 10_000)
        return Downstream(allowsAnotherAttempt: allowsAnotherAttempt) {
            guard case .array(let calls) = try await client.send("GET", "/_sandbox/calls") else {
                throw IdempotencyUndecided("\(url) lists no calls at /_sandbox/calls: is it rewind sandbox?")
            }
            return calls.map { call in
                let key = [call["idempotency_key"], call["id"]].compactMap(\.self).first { $0 != .null }
                return Call(
                    method: call["method"]?.plainText ?? "", path: call["path"]?.plainText ?? "",
                    key: key?.plainText)
            }
        } fail: { fault in
            let effect =
                switch fault {
                case .unavailable: #""fail-before","value":503"#
                case .replyLost: #""lose-reply""#
                case .rejected: #""fail-before","value":402"#
                }
            _ = try await client.send("POST", "/_sandbox/faults", body: #"{"effect":\#(effect),"call":"\#(call)"}"#)
        }
    }
}

extension IdempotencyFaults {
    /// Makes the sandbox's answer to the next such call late, and so the API's operation slow.
    public static func slowSandbox(at url: String, call: String, milliseconds: Int = 300) throws -> Control {
        let client = try ControlClient(baseURL: url, headers: [], timeoutMilliseconds: 10_000)
        let body = #"{"effect":"slow","value":\#(milliseconds),"call":"\#(call)"}"#
        return { _ = try await client.send("POST", "/_sandbox/faults", body: body) }
    }
}

/// Sends requests that are no part of a check.
struct ControlClient: Sendable {
    private let endpoint: Endpoint
    private let pool: ConnectionPool

    init(baseURL: String, headers: [HTTPField], timeoutMilliseconds: Int) throws(IdempotencyUndecided) {
        do throws(HTTPClientError) {
            endpoint = try Endpoint(baseURL: baseURL, timeoutMilliseconds: timeoutMilliseconds, headers: headers)
        } catch {
            throw IdempotencyUndecided(Bench.sentence(for: error))
        }
        pool = ConnectionPool(endpoint: endpoint, maximumConnections: 1, maximumWaiting: 8)
    }

    /// The answer's JSON; null where it is none.
    /// - Throws: ``IdempotencyUndecided`` for anything but a 2xx.
    func send(_ method: String, _ path: String, body: String? = nil) async throws(IdempotencyUndecided) -> JSON {
        let fields = body == nil ? [] : [HTTPField("Content-Type", "application/json")]
        let reply: HTTPReply
        do throws(HTTPClientError) {
            let request = try OutgoingRequest(
                method, path, headers: fields, body: body.map { Array($0.utf8) }, endpoint: endpoint)
            reply = try await pool.perform(request)
        } catch {
            throw IdempotencyUndecided(Bench.sentence(for: error))
        }
        switch reply {
        case .response(200...299, _, let body): return (try? JSON(parsing: body)) ?? .null
        case .response(let status, _, _): throw IdempotencyUndecided("\(method) \(path) answered \(status).")
        case .lost(let reason): throw IdempotencyUndecided("\(method) \(path) got no answer: \(reason).")
        }
    }
}
