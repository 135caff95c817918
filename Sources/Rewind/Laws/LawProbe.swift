/// How a law finds out by requests of its own. Each trial begins in the same state, and all of it is taken back.
struct LawProbe: Sendable {
    enum Start: Sendable {
        /// Where the step began.
        case beforeStep
        /// Where it led.
        case afterStep
    }

    let start: Start
    /// The requests of the next trial, those of one trial sent at the same time; `nil` when there is no more to try. At once,
    /// when the law says nothing about the step.
    let next: @Sendable (Law.Step, [LawTrial], any ExchangeSender) -> [Exchange]?
    /// What is wrong as far as the trials show; at least one was made.
    let problem: @Sendable (Law.Step, [LawTrial], any ExchangeSender) -> String?
}

/// Requests that a law sent of its own, and what they did.
public struct LawTrial: Sendable {
    /// Those of several were sent at the same time.
    public let exchanges: [Exchange]
    /// What changed, without the tables that the exploration exempts.
    public let changes: [SystemChanges]
    /// Whether they were sent from the state before the step, and not from the one it led to.
    public let isFromBefore: Bool
}

/// Sends requests that were sent before, for the laws that want to know what comes of it. The adapter of the API under test
/// conforms to it, and a world provides it.
public protocol ExchangeSender: Sendable {
    /// Sends the requests as they were recorded, each once; several at the same time, over a connection each. None of it is
    /// recorded in a journal.
    /// - Returns: the new exchanges, in the order of the requests.
    /// - Throws: an ``UndecidedError`` when the API can't be reached.
    func sendAgain(_ exchanges: [Exchange]) async throws -> [Exchange]

    /// Whether two answers say the same: in status and body, not in what differs between any two answers.
    func saysTheSame(_ first: Exchange.Reply, _ second: Exchange.Reply) -> Bool

    /// The same request with one value of its body changed to another of its kind; `nil` for a body without such a value.
    func withOtherBody(_ exchange: Exchange) -> Exchange?
}

extension World {
    /// What sends requests again; `nil` when the world has nothing that can, or several, of which any may have sent the first.
    var exchangeSender: (any ExchangeSender)? {
        let senders = services.values.compactMap { $0 as? any ExchangeSender }
        return senders.count == 1 ? senders[0] : nil
    }
}

extension Law.Step {
    /// The request with an idempotency key that the API accepted, if the step sent one and no other mutating request
    /// after it.
    var acceptedWithKey: Exchange? {
        guard outcome == .accepted, let last = exchanges.last(where: { !$0.isSafe }), last.hasKey(in: keyHeaders),
            let status = last.status, (200..<300).contains(status)
        else { return nil }
        return last
    }

    /// The same, when no other mutating request came before it either.
    var onlyAcceptedWithKey: Exchange? {
        exchanges.count { !$0.isSafe } == 1 ? acceptedWithKey : nil
    }
}

extension Exchange {
    func hasKey(in headers: Set<String>) -> Bool {
        requestHeaders.contains { headers.contains($0.name.lowercased()) && !$0.value.isEmpty }
    }

    /// Whether the API says that the same request is still being worked on, or that it is asked too often.
    var saysLater: Bool { status == 409 || status == 425 || status == 429 }
}
