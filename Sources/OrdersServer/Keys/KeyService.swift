import Foundation
import Orders

/// What is remembered of requests that came with an `Idempotency-Key`.
struct KeyService: Sendable {
    let store: OrderStore
    let clock: ServiceClock
    let rules: KeyRules

    /// What is known of a request before it is worked on.
    enum Known: Sendable {
        /// It is new.
        case nothing
        /// It was answered.
        case answer(KeptAnswer)
        /// It took effect and its answer is lost. What it is about, if that can be told.
        case effect(on: String?)
    }

    /// Looks a request's key up.
    ///
    /// - Throws: `KeyRefusal` if the key belongs to another request, or to one that is being worked on.
    func look(up request: KeyRules.Request) throws -> Known {
        try store.reading { tables in
            guard let row = try tables.key(request) else { return .nothing }
            switch try self.rules.decide(request, on: row.record, at: try self.clock.now(in: tables)) {
            case .execute: return .nothing
            case .recover: return .effect(on: row.resource)
            case .replay: return row.answer.map(Known.answer) ?? .effect(on: row.resource)
            }
        }
    }

    /// Keeps the answer of a request that has taken effect, or notes that there is none worth keeping.
    func settle(_ keyed: KeyedRequest, _ answer: KeptAnswer?) throws {
        guard let claimedAt = keyed.claimedAt else { return }
        // The bug: as long as a short call to somebody else takes, nothing tells that the request took effect.
        if !rules.claimsFirst { Thread.sleep(forTimeInterval: 0.02) }
        try store.transaction { tables in
            guard self.rules.keepsAnswers else { return try tables.deleteKey(keyed.request) }
            if !self.rules.claimsFirst {
                _ = try tables.insertKey(keyed.request, resource: keyed.resource, at: claimedAt)
            }
            try tables.settleKey(keyed.request, claimedAt: claimedAt, answer)
        }
    }

    /// Keeps a refusal of a request that has taken no effect, unless another request has the key by now.
    func keep(_ keyed: KeyedRequest, refusal: KeptAnswer) throws {
        try store.transaction { tables in
            let now = try self.clock.now(in: tables)
            guard try tables.insertKey(keyed.request, resource: keyed.resource, at: now) else { throw KeyTaken() }
            try tables.settleKey(keyed.request, claimedAt: now, refusal)
        }
    }
}
