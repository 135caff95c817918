import Orders
import Synchronization

/// A request that came with an `Idempotency-Key`, while it is worked on.
///
/// The key is claimed in the *same transaction* as the request's first effect. So there is no record without an effect and
/// no effect without a record: a request that is refused, fails early or dies leaves its key as it was, and of two at
/// once with one key, one commits and the other finds the record.
final class KeyedRequest: Sendable {
    /// What was sent.
    let request: KeyRules.Request
    /// What the request is about, or nothing if it makes something new; told again if the answer gets lost.
    let resource: String?
    private let clock: ServiceClock
    /// Otherwise, by the bug, it is written down with the answer.
    private let isClaimedFirst: Bool
    /// When its claim was committed.
    private let claim = Mutex<(at: Timestamp, isCommitted: Bool)?>(nil)

    init(_ request: KeyRules.Request, resource: String?, clock: ServiceClock, isClaimedFirst: Bool) {
        self.isClaimedFirst = isClaimedFirst
        self.request = request
        self.resource = resource
        self.clock = clock
    }

    /// When the request began to take effect; nothing if it has not.
    var claimedAt: Timestamp? { claim.withLock { $0.flatMap { $0.isCommitted ? $0.at : nil } } }

    /// Makes the key this request's, unless it is already.
    ///
    /// - Throws: `KeyTaken`, if another request has it.
    func claim(in tables: OrderTables) throws {
        guard claimedAt == nil else { return }
        let now = try clock.now(in: tables)
        if isClaimedFirst {
            guard try tables.insertKey(request, resource: resource, at: now) else { throw KeyTaken() }
        }
        claim.withLock { $0 = (now, false) }
    }

    /// The transaction that claimed the key was committed.
    func commitClaim() {
        claim.withLock { $0?.isCommitted = true }
    }
}

/// A request with the same key has begun to take effect.
struct KeyTaken: Error {}

extension OrderTables {
    /// Notes the path of what a request made, so that its answer can be told even if that gets lost. Without a key there
    /// is nothing to note.
    func noteMade(_ path: String) throws {
        if let keyed { try noteResource(path, of: keyed.request) }
    }
}
