import ExactJSON
import Foundation
import HTTPClient

/// A target with its connections: what checks send requests with. Bounded: each request has a deadline and each check a
/// fixed number of requests.
struct Bench: Sendable {
    let target: IdempotencyTarget
    let profile: IdempotencyProfile
    /// By how much one operation changes what counts effects; unknown without a counter, and before calibration.
    private(set) var step: Double?
    private let endpoint: Endpoint
    private let pool: ConnectionPool

    init(_ target: IdempotencyTarget, _ profile: IdempotencyProfile) throws {
        self.target = target
        self.profile = profile
        endpoint = try Self.endpoint(of: target)
        pool = ConnectionPool(
            endpoint: endpoint, maximumConnections: max(2, target.parallelism),
            maximumWaiting: max(2, target.parallelism) * 2)
    }

    private static func endpoint(of target: IdempotencyTarget) throws(IdempotencyUndecided) -> Endpoint {
        do throws(HTTPClientError) {
            return try Endpoint(
                baseURL: target.baseURL, timeoutMilliseconds: target.timeoutMilliseconds,
                headers: target.headers.map { HTTPField($0.name, $0.value) }, largestBodyBytes: 8 << 20)
        } catch {
            throw IdempotencyUndecided(sentence(for: error))
        }
    }

    /// Makes the operation once, to see that it is accepted and what it does to the count.
    /// - Throws: ``IdempotencyUndecided``.
    func calibrated() async throws -> Bench {
        do {
            let trial = try await trial()
            let answer = try await trial.operate()
            guard answer.isAccepted else {
                throw IdempotencyUndecided(
                    """
                    The operation \(target.operation) was not accepted: \(answer.summary). Give a body, headers and \
                    preparing requests with which it is; nothing can be said about a request that never succeeds.
                    """)
            }
            guard target.effects != nil else { return self }
            let change = try await trial.count() - trial.countBefore
            guard change != 0 else {
                throw IdempotencyUndecided(
                    """
                    What counts effects did not change by an operation that was accepted (\(answer.summary)): does it \
                    count what \(target.operation) makes? Correct it, or leave it out and let the answers tell.
                    """)
            }
            var bench = self
            bench.step = change
            return bench
        } catch let stop as Stop {
            throw IdempotencyUndecided("The operation \(target.operation) could not be tried: \(stop.reason)")
        }
    }

    /// Begins anew: with objects and a key of its own.
    func trial(before steps: [IdempotencyStep]? = nil) async throws -> Trial {
        var trial = Trial(bench: self)
        try await trial.take(steps ?? target.before, as: "a request before it")
        trial.countBefore = try await trial.count()
        return trial
    }

    /// A key that was never used.
    func newKey() -> String { "rewind" + Self.random(26) }

    /// As the profile spells it in a header.
    func spelled(_ key: String) -> String {
        guard profile.spelling == .string else { return key }
        return "\"" + key.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
            + "\""
    }

    /// The header that carries the key.
    var keyHeader: String { target.keyHeader ?? profile.keyHeader }

    /// Letters and digits without those that look alike (Crockford's base 32).
    static func random(_ count: Int) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return String((0..<count).map { _ in alphabet.randomElement() ?? "0" })
    }

    /// Sends a request, once.
    /// - Throws: ``Stop`` when nobody can be reached.
    func send(_ request: IdempotencyRequest, _ values: [String: JSON], headers: [HTTPField]) async throws -> Answer {
        var all = request.headers.map { HTTPField($0.name, values.putInto($0.value)) } + headers
        let body = request.body.map { values.putInto(json: $0) }
        if body != nil, !all.contains(where: { $0.name.lowercased() == "content-type" }) {
            all.append(HTTPField("Content-Type", "application/json"))
        }
        let reply = try await reply(
            to: request.method, values.putInto(path: request.path), all, body.map { Array($0.utf8) })
        switch reply {
        case .response(let status, let headers, let body):
            return Answer(status: status, body: body, isMarked: isMarked(headers))
        case .lost(let reason): return Answer(status: nil, body: [], isMarked: false, lossReason: reason)
        }
    }

    private func reply(
        to method: String, _ path: String, _ headers: [HTTPField], _ body: [UInt8]?
    ) async throws(Stop) -> HTTPReply {
        do throws(HTTPClientError) {
            let outgoing = try OutgoingRequest(method, path, headers: headers, body: body, endpoint: endpoint)
            return try await pool.perform(outgoing)
        } catch {
            throw .notDecided(Self.sentence(for: error))
        }
    }

    private func isMarked(_ headers: [HTTPField]) -> Bool {
        guard let mark = profile.replayMark else { return false }
        return headers.contains {
            $0.name.lowercased() == mark.header.lowercased() && $0.value.lowercased() == mark.value.lowercased()
        }
    }

    static func sentence(for error: HTTPClientError) -> String {
        switch error {
        case .unreachable(let url, let reason): "Nobody answers at \(url): \(reason). Is the API running?"
        case .badRequest(let sentence), .badConfiguration(let sentence): sentence
        case .passwordInURL:
            "The base URL has a password in it, which would end up in reports: give it as a header instead."
        case .gaveUpWaiting(let reason): "A request was not sent: \(reason)."
        }
    }
}

/// What came back.
struct Answer: Hashable, Sendable {
    /// Nothing if the answer was lost.
    let status: Int?
    let body: [UInt8]
    /// Whether it says that it is a replay.
    let isMarked: Bool
    var lossReason = ""

    var isAccepted: Bool { status.map { (200...299).contains($0) } ?? false }
    var isRefused: Bool { status.map { (400...499).contains($0) } ?? false }

    /// Whether it says the same; the mark may differ.
    func repeats(_ other: Answer) -> Bool { status == other.status && body == other.body }

    /// A few words. Bodies are left out: they may hold what nobody should read.
    var summary: String { status.map(String.init) ?? "no answer (\(lossReason))" }
}

/// Why a check ends before it can say yes or no.
enum Stop: Error {
    /// It can't be made here; what is missing, as a sentence.
    case notApplicable(String)
    /// It could not be finished.
    case notDecided(String)

    var reason: String {
        switch self {
        case .notApplicable(let reason), .notDecided(let reason): reason
        }
    }
}
