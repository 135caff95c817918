import Digests
import HTTPServer
import Orders

/// What a request's `Idempotency-Key` does, on every endpoint that changes something on a client's behalf.
extension API {
    /// The request with its key, if it has one and goes to such an endpoint.
    ///
    /// - Throws: `KeyRefusal` for a header that is no key.
    func keyed(_ request: HTTPRequest) throws -> KeyedRequest? {
        let keys = request.headers.all("Idempotency-Key")
        guard !keys.isEmpty, let route = try? route(of: request), route.takesKey else { return nil }
        guard keys.count == 1 else { throw KeyRefusal.invalidKey }
        let accounts = request.headers.all("X-Account")
        guard accounts.count <= 1 else { throw KeyRefusal.invalidAccount }
        let identity = try service.keys.rules.request(
            account: accounts.first, key: keys[0], endpoint: "\(request.method) \(request.path)",
            fingerprint: Digests.hexadecimal(Digests.sha256(request.body)))
        return KeyedRequest(
            identity, resource: route.resource, clock: service.keys.clock,
            isClaimedFirst: service.keys.rules.claimsFirst)
    }

    /// Answers a request that came with a key: anew, or as before.
    func answer(_ request: HTTPRequest, under keyed: KeyedRequest) throws -> HTTPResponse {
        if let known = try known(keyed) { return known }
        var scoped = self
        scoped.service = service.under(keyed)
        do {
            return keeping(try scoped.answer(request), of: keyed)
        } catch is KeyTaken {
            return try lateAnswer(to: keyed)
        } catch {
            let refused = refuse(request, error)
            if keyed.claimedAt != nil { return keeping(refused, of: keyed) }
            guard Self.isRefusalOfRules(error), refused.status == 409 else { return refused }
            return try keeping(refusal: refused, of: keyed)
        }
    }

    /// The answer to a request that took effect before; nothing if it has to be executed.
    private func known(_ keyed: KeyedRequest) throws -> HTTPResponse? {
        switch try service.keys.look(up: keyed.request) {
        case .nothing: return nil
        case .answer(let answer): return answer.replayed
        case .effect(let path):
            guard let path else { throw APIError.answerLost }
            return try answer(HTTPRequest(method: "GET", path: path)).markedReplayed
        }
    }

    /// Another request with the key has come first.
    private func lateAnswer(to keyed: KeyedRequest) throws -> HTTPResponse {
        guard let known = try known(keyed) else { throw KeyRefusal.inFlight }
        return known
    }

    /// The answer, which is kept. That it cannot be kept is no reason not to give it: whoever asks again is told how
    /// things stand.
    private func keeping(_ response: HTTPResponse, of keyed: KeyedRequest) -> HTTPResponse {
        do {
            try service.keys.settle(keyed, response.status < 500 ? KeptAnswer(response) : nil)
        } catch {
            Log.note("keeping the answer to \(keyed.request.endpoint) failed: \(error)")
        }
        return response
    }

    private func keeping(refusal: HTTPResponse, of keyed: KeyedRequest) throws -> HTTPResponse {
        do {
            try service.keys.keep(keyed, refusal: KeptAnswer(refusal))
            return refusal
        } catch is KeyTaken {
            return try lateAnswer(to: keyed)
        }
    }

    /// Not so that somebody else was quicker: that may go well the next time.
    private static func isRefusalOfRules(_ error: any Error) -> Bool {
        error is Refusal || error is PayoutRefusal || error is SubscriptionRefusal
    }
}
