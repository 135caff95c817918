/// How often requests were sent at the same time, and what they were compared with.
public struct RaceCount: Sendable, Hashable {
    /// `concurrently(refund_order, refund_order)`, as it was declared.
    public let name: String
    /// States times combinations of values in which it was tried.
    public internal(set) var places = 0
    /// Places that were left out, because of a limit or because something was found.
    public internal(set) var placesLeftOut = 0
    /// Rounds: each sends all requests at once, from the same state as the one before.
    public internal(set) var rounds = 0
    /// Rounds in which at least two requests were let go together, each on a connection of its own.
    public internal(set) var roundsTogether = 0
    /// Serial orders that were run to compare with.
    public internal(set) var orders = 0
    /// Rounds whose outcome no order has.
    public internal(set) var anomalies = 0

    init(name: String) { self.name = name }
}
