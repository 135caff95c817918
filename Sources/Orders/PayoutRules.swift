import Money

/// What may become of payouts. Like `OrderRules`, these read and write nothing.
///
/// What the provider *accepts* is no news: only a webhook or a look-up says that a seller has the money.
public struct PayoutRules: Sendable {
    private let defects: Defects

    /// The rules, or with bugs, rules that each lack something.
    public init(bugs: Set<Bug> = []) {
        defects = Defects(bugs)
    }

    /// What a webhook or a look-up can say about a payout's last attempt.
    public enum News: Hashable, Sendable {
        /// Nothing is decided.
        case underWay
        /// The seller has the money.
        case succeeded
        /// It came to nothing, or the provider refused it: certainly no money has moved.
        case failed(String)
        /// The money came back.
        case reversed
    }

    /// Whether an order's earnings may be paid out, and how much that is.
    ///
    /// - Parameters:
    ///   - settled: what was captured and not refunded, nor reserved for a refund.
    ///   - earlier: every payout of the order so far.
    /// - Throws: `PayoutRefusal`.
    public func requirePayable(_ settled: Money, after earlier: [Payout]) throws(PayoutRefusal) -> Money {
        if let holder = earlier.first(where: { !$0.isOver }), !defects.has(.payoutTwice) {
            throw .alreadyPaidOut(holder.id, holder.status)
        }
        guard settled.isPositive else { throw .nothingToPayOut }
        return settled
    }

    /// Whether money of an order may be returned to its customer, as far as payouts are concerned.
    ///
    /// - Throws: `PayoutRefusal.paidOut`: money that the seller has cannot be refunded from the order.
    public func requireRefundable(after payouts: [Payout]) throws(PayoutRefusal) {
        if let holder = payouts.first(where: \.mayHoldMoney) { throw .paidOut(holder.id, holder.status) }
    }

    /// Asks for the money back.
    ///
    /// - Throws: `PayoutRefusal.wrongState` unless the seller has it.
    public func reverse(_ payout: Payout, at now: Timestamp) throws(PayoutRefusal) -> Payout {
        guard payout.status.canBecome(.reversalPending) || defects.has(.reversalOfPending) && payout.status == .pending
        else { throw .wrongState(command: "reverse", status: payout.status) }
        return moved(payout, to: .reversalPending, at: now)
    }

    /// What is to be sent when a payout is tried again.
    ///
    /// As long as an attempt's outcome is not known, it is the *same* attempt, under the same key and id: another one
    /// could pay twice. Only after a definite no there is a new one, of what is settled by then.
    /// - Throws: `PayoutRefusal`.
    public func retry(_ payout: Payout, of settled: Money, at now: Timestamp) throws(PayoutRefusal) -> Payout {
        guard payout.status == .pending || payout.status == .failed else {
            throw .wrongState(command: "retry", status: payout.status)
        }
        if payout.isAttemptOpen && !defects.has(.payoutRetryNewKey) { return payout }
        guard settled.isPositive else { throw .nothingToPayOut }
        var next = payout
        next.attempt += 1
        next.isAttemptOpen = true
        next.amount = settled
        next.updatedAt = now
        return next
    }

    /// The payout after some news of its last attempt, step by step; nothing if the news changes nothing.
    ///
    /// News may come twice, late and out of order. A status that the provider has left behind is never gone back to, and
    /// every step is one that `PayoutStatus.canBecome` allows. That an attempt succeeded is believed even after it was
    /// said to have failed: what the seller has must not be paid again.
    public func steps(of payout: Payout, on news: News, at now: Timestamp) -> [Payout] {
        switch news {
        case .underWay: []
        case .succeeded: way(of: payout, to: .completed, at: now)
        case .failed(let reason): failing(payout, reason, at: now)
        case .reversed: way(of: payout, to: .reversed, at: now)
        }
    }

    /// The payout after its reversal has taken too long; nothing as long as it may still come.
    public func overdue(_ payout: Payout, at now: Timestamp) -> Payout? {
        guard payout.status == .reversalPending,
            now >= payout.updatedAt.advanced(bySeconds: Payout.reversalWindowSeconds)
        else { return nil }
        return moved(payout, to: .permanentlyFailed, at: now)
    }

    /// The statuses that lead to the money being with the seller and back, from where the payout is.
    private func way(of payout: Payout, to goal: PayoutStatus, at now: Timestamp) -> [Payout] {
        let road: [PayoutStatus] = [.completed, .reversalPending, .reversed]
        guard let end = road.firstIndex(of: goal) else { return [] }
        let begin: Int
        switch payout.status {
        case .pending, .failed: begin = 0
        case .completed: begin = 1
        case .reversalPending: begin = 2
        case .reversed, .permanentlyFailed: begin = road.count
        }
        guard begin <= end else { return [] }
        var steps: [Payout] = []
        for status in road[begin...end] { steps.append(moved(steps.last ?? payout, to: status, at: now)) }
        return steps
    }

    private func failing(_ payout: Payout, _ reason: String, at now: Timestamp) -> [Payout] {
        guard payout.isAttemptOpen, payout.status == .pending || payout.status == .failed else { return [] }
        let isLast = payout.status == .failed && payout.attempt >= Payout.maximumAttempts
        var after = payout.status == .pending ? moved(payout, to: .failed, at: now) : payout
        if isLast { after = moved(after, to: .permanentlyFailed, at: now) }
        after.isAttemptOpen = false
        after.failure = reason
        after.updatedAt = now
        return [after]
    }

    private func moved(_ payout: Payout, to status: PayoutStatus, at now: Timestamp) -> Payout {
        var after = payout
        after.status = status
        after.updatedAt = now
        if status == .completed {
            after.completedAt = now
            after.failure = nil
        }
        if status != .pending { after.isAttemptOpen = false }
        return after
    }
}

/// Why something was not done with a payout, or not because of one. Nothing has changed.
public enum PayoutRefusal: Error, Hashable, Sendable {
    /// The payout's status does not allow it.
    case wrongState(command: String, status: PayoutStatus)
    /// The order's earnings are in another payout, or were.
    case alreadyPaidOut(PayoutID, PayoutStatus)
    /// The seller has the money, or may have it.
    case paidOut(PayoutID, PayoutStatus)
    /// Nothing was captured that was not refunded.
    case nothingToPayOut

    /// The reason as a word for programs.
    public enum Code: String, CaseIterable, Sendable {
        /// See `PayoutRefusal.wrongState`.
        case wrongState = "wrong_state"
        /// See `PayoutRefusal.alreadyPaidOut`.
        case alreadyPaidOut = "already_paid_out"
        /// See `PayoutRefusal.paidOut`.
        case paidOut = "paid_out"
        /// See `PayoutRefusal.nothingToPayOut`.
        case nothingToPayOut = "nothing_to_pay_out"
    }

    /// The reason as a word for programs.
    public var code: Code {
        switch self {
        case .wrongState: .wrongState
        case .alreadyPaidOut: .alreadyPaidOut
        case .paidOut: .paidOut
        case .nothingToPayOut: .nothingToPayOut
        }
    }
}

extension PayoutRefusal: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .wrongState(let command, let status): "Cannot \(command) a payout that is \(status.rawValue)."
        case .alreadyPaidOut(let id, let status):
            "The order's earnings are in payout \(id), which is \(status.rawValue)."
        case .paidOut(let id, let status):
            "Cannot refund what was paid out: payout \(id) is \(status.rawValue). Reverse it first."
        case .nothingToPayOut: "Nothing of the order is captured and not refunded."
        }
    }
}
