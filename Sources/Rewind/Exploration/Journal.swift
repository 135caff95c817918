import Synchronization

/// Collects the exchanges of one step, from whichever tasks make them.
///
/// The HTTP adapter appends here; laws and reports read. A journal has no meaning outside its step.
public final class Journal: Sendable {
    private let recorded = Mutex<[Exchange]>([])

    public init() {}

    /// Adds an exchange, in the order of completion.
    public func append(_ exchange: Exchange) {
        recorded.withLock { $0.append(exchange) }
    }

    /// All exchanges so far, in the order of completion.
    public var exchanges: [Exchange] { recorded.withLock { $0 } }

    /// Takes all exchanges out, leaving the journal empty for the next step.
    func drain() -> [Exchange] {
        recorded.withLock { exchanges in
            defer { exchanges.removeAll(keepingCapacity: true) }
            return exchanges
        }
    }
}
