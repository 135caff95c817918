import Money
import Orders
import PaymentProviders

/// What sellers get: in the same three phases as everything that goes through the provider.
extension PaymentService {
    /// Pays out what an order has earned.
    func payOut(_ id: OrderID, to sellerID: String) throws -> Payout {
        let begun = try store.transaction { tables in
            let order = try tables.lockedOrder(id)
            let settled = try order.settledAmount()
            let amount = try self.payoutRules.requirePayable(settled, after: tables.payouts(of: id))
            let payout = try tables.insertPayout(
                amount, of: id, to: sellerID, tyingEarnings: !self.defects.has(.payoutTwice),
                at: try self.clock.now(in: tables))
            try tables.noteMade("/payouts/\(payout.id)")
            return try PayoutBegun(payout, in: tables)
        }
        try send(begun)
        return try payout(begun.payout.id)
    }

    func payout(_ id: PayoutID) throws -> Payout {
        guard let payout = try store.reading({ try $0.payout(id) }) else { throw UnknownPayout(id: id) }
        return payout
    }

    /// Asks for the money back. That it is back is the provider's to tell.
    func reversePayout(_ id: PayoutID) throws -> Payout {
        try store.transaction { tables in
            let payout = try tables.lockedPayout(id).payout
            let after = try self.payoutRules.reverse(payout, at: try self.clock.now(in: tables))
            try tables.update(after, from: payout)
            return after
        }
    }

    /// Tries a payout again: the same attempt as long as its outcome is not known, and a new one after a no.
    func retryPayout(_ id: PayoutID) throws -> Payout {
        let (begun, isNew) = try store.transaction { tables in
            let (payout, order) = try tables.lockedPayout(id)
            let now = try self.clock.now(in: tables)
            let next = try self.payoutRules.retry(payout, of: order.settledAmount(), at: now)
            let isNew = next.attempt != payout.attempt
            if isNew {
                try tables.update(next, from: payout)
                try tables.insertAttempt(of: next, at: now)
            }
            return (try PayoutBegun(next, in: tables), isNew)
        }
        if isNew { try send(begun) } else { try lookUpAgain(begun) }
        return try payout(id)
    }

    /// Phases 2 and 3 of an attempt that was never sent before.
    private func send(_ begun: PayoutBegun) throws {
        try ask("payout \(begun.payout.id)") {
            let answer = try requests.send(begun)
            try settle { _ = try $0.take(answer, isFinal: false) }
        } rejected: {
            try $0.reject(begun, $1)
        }
    }

    /// The same for an attempt that may have arrived already. That a look-up was rejected says nothing of the payout.
    private func lookUpAgain(_ begun: PayoutBegun) throws {
        do {
            _ = try lookUp(begun)
        } catch let error as ProviderError {
            Log.note("payout \(begun.payout.id): \(error)")
        } catch let error where error.isAboutTheAnswer {
            Log.note("\(error)")
        }
    }

    /// Asks how an attempt stands, and sends it again, the same under the same key, if it never arrived.
    func lookUp(_ begun: PayoutBegun) throws -> Found {
        if let hasEnded = try learn(of: begun) { return hasEnded ? .settled : .undecided }
        guard begun.payout.isAttemptOpen else { return .undecided }
        return try sendAgain {
            let answer = try requests.send(begun)
            return try settle { try $0.take(answer, isFinal: false) }
        } lookUp: {
            try learn(of: begun)
        } rejected: {
            try $0.reject(begun, $1)
        }
    }

    /// Takes in how an attempt stands at the provider.
    ///
    /// - Returns: whether that is news; `nil` if the provider does not know it.
    private func learn(of begun: PayoutBegun) throws -> Bool? {
        guard let seen = try requests.lookUpPayout(begun.id) else { return nil }
        return try settle { try $0.take(seen, isFinal: true) }
    }

    /// Asks about a payout that has been undecided for long, and gives up on money that does not come back.
    func lookUp(_ payout: Payout) throws -> Found {
        let begun = try store.reading { try PayoutBegun(payout, in: $0) }
        let found = try lookUp(begun)
        guard found == .undecided, payout.status == .reversalPending else { return found }
        let isLost = try settle { settlement in
            let current = try settlement.tables.lockedPayout(payout.id).payout
            guard let lost = self.payoutRules.overdue(current, at: settlement.now) else { return false }
            try settlement.tables.update(lost, from: current)
            return true
        }
        return isLost ? .settled : .undecided
    }
}

extension Settlement {
    /// Takes in how a payout's attempt stands.
    ///
    /// - Parameter isFinal: whether it is more than the answer to the request.
    /// - Throws: `UnknownObject`, `Contradiction`.
    func take(_ seen: ProviderPayout, isFinal: Bool) throws -> Bool {
        guard let known = try tables.payoutAttempt(seen.id) else {
            throw UnknownObject(description: "No payout has the name \(seen.id).")
        }
        let payout = try tables.lockedPayout(known.payout).payout
        let news = news(seen, isFinal: isFinal)
        guard known.attempt == payout.attempt else {
            if case .failed = news { return false }
            if news == .underWay { return false }
            throw Contradiction(
                description:
                    "Payout \(payout.id): attempt \(known.attempt) is \(seen.status), and there is a later one.")
        }
        guard seen.amount == payout.amount else {
            throw Contradiction(
                description: "Payout \(payout.id): the payout is of \(seen.amount), not \(payout.amount).")
        }
        return try write(payoutRules.steps(of: payout, on: news, at: now), after: payout)
    }

    private func news(_ seen: ProviderPayout, isFinal: Bool) -> PayoutRules.News {
        let news = PayoutRules.News(seen, isFinal: isFinal)
        return news == .underWay && defects.has(.payoutAcceptedIsCompleted) ? .succeeded : news
    }

    /// Takes in that the provider has rejected an attempt: no money has moved.
    func reject(_ begun: PayoutBegun, _ reason: String) throws -> Bool {
        let payout = try tables.lockedPayout(begun.payout.id).payout
        guard payout.attempt == begun.payout.attempt else { return false }
        return try write(payoutRules.steps(of: payout, on: .failed(reason), at: now), after: payout)
    }

    /// One guarded update for each step, and what it means for the books.
    private func write(_ steps: [Payout], after payout: Payout) throws -> Bool {
        for (before, after) in zip([payout] + steps, steps) {
            try tables.update(after, from: before)
            try tables.book(LedgerEntry.payout(after, from: before.status), of: after.orderID, at: now)
        }
        return !steps.isEmpty
    }
}

/// What phase 1 of a payout hands to phase 2.
struct PayoutBegun: Sendable {
    let payout: Payout
    let rowName: String

    init(_ payout: Payout, in tables: OrderTables) throws {
        self.payout = payout
        rowName = try tables.nameOfAttempt(payout)
    }

    /// What the attempt is called at the provider.
    var id: ProviderID { .payout(ofRow: rowName) }
}

extension ProviderRequests {
    /// Asks for what a payout's row says.
    func send(_ begun: PayoutBegun) throws -> ProviderPayout {
        let key = try IdempotencyKey(begun.rowName)
        let request = PayoutRequest(id: begun.id, amount: begun.payout.amount, sellerID: begun.payout.sellerID)
        return try provider.call { provider throws(ProviderError) in
            try await provider.payout(idempotencyKey: key, request)
        }
    }

    /// How a payout stands; nothing if the provider has none of that name.
    func lookUpPayout(_ id: ProviderID) throws(ProviderError) -> ProviderPayout? {
        try provider.call { provider throws(ProviderError) in try await provider.payout(id) }
    }
}

extension PayoutRules.News {
    /// What the provider accepts is not the last word, unless it is no.
    fileprivate init(_ seen: ProviderPayout, isFinal: Bool) {
        switch seen.status {
        case .failed: self = .failed(seen.failure ?? "failed")
        case .succeeded where isFinal: self = .succeeded
        case .reversed where isFinal: self = .reversed
        case .pending, .succeeded, .reversed: self = .underWay
        }
    }
}

extension OrderTables {
    /// A payout and its order, both of which nobody else can change until the transaction ends: whoever changes a payout
    /// holds its order.
    ///
    /// - Throws: `UnknownPayout`.
    func lockedPayout(_ id: PayoutID) throws -> (payout: Payout, order: Order) {
        guard let known = try payout(id) else { throw UnknownPayout(id: id) }
        let order = try lockedOrder(known.orderID)
        guard let payout = try payout(id) else { throw UnknownPayout(id: id) }
        return (payout, order)
    }
}

/// No payout has this number.
struct UnknownPayout: Error {
    let id: PayoutID
}
