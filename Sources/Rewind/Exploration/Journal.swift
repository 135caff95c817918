import Synchronization

/// Collects the exchanges of one step, from whichever tasks make them.
///
/// The HTTP adapter appends here; laws and reports read. A journal has no meaning outside its step.
public final class Journal: Sendable {
    private let recorded = Mutex<[Exchange]>([])
    /// What becomes of an answer before anybody sees it, given how many came before; `nil` when it is left as it is.
    private let alteration: (@Sendable (_ exchange: Exchange, _ number: Int) -> Exchange)?

    public init() { alteration = nil }

    /// A journal whose answers reach the tester altered, to see who notices.
    init(altering alteration: @escaping @Sendable (_ exchange: Exchange, _ number: Int) -> Exchange) {
        self.alteration = alteration
    }

    /// Takes note of an exchange that an adapter made.
    /// - Returns: what the tester gets to see of it.
    package func receive(_ exchange: Exchange) -> Exchange {
        let seen = alteration?(exchange, exchanges.count) ?? exchange
        append(seen)
        return seen
    }

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
