/// How much a violation matters.
public enum Severity: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case critical, high, medium, low

    /// Ascending: `low < critical`.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .critical: 3
        case .high: 2
        case .medium: 1
        case .low: 0
        }
    }
}

/// Something that must be true in every state.
///
/// ```swift
/// Invariant("no_over_refund", .critical, "Refunds never exceed the order's amount") {
///     $0.context.refunded <= $0.context.amount
/// }
/// ```
///
/// A check that throws is reported as a failure of the check. It never counts as held.
public struct Invariant<Context: ExplorationContext>: Sendable {
    public let name: String
    public let severity: Severity
    public let description: String
    let judge: @Sendable (Run<Context>) async throws -> Judgement
    private(set) var applies: @Sendable (Context) -> Bool = { _ in true }
    private(set) var explain: (@Sendable (Run<Context>) -> String)?

    /// What a check says of a state.
    enum Judgement: Sendable {
        case holds
        /// With the values at hand, when the check knows them.
        case broken(String?)
    }

    public init(
        _ name: String, _ severity: Severity = .high, _ description: String = "",
        holds: @escaping @Sendable (_ run: Run<Context>) async throws -> Bool
    ) {
        self.name = name
        self.severity = severity
        self.description = description
        judge = { try await holds($0) ? .holds : .broken(nil) }
    }

    /// An invariant whose check says itself what it saw.
    /// - Parameter problem: what is wrong, with the values at hand; `nil` when the invariant holds.
    package init(
        explaining name: String, _ severity: Severity, _ description: String,
        problem: @escaping @Sendable (_ run: Run<Context>) async throws -> String?
    ) {
        self.name = name
        self.severity = severity
        self.description = description
        judge = { try await problem($0).map { .broken($0) } ?? .holds }
    }

    /// Restricts the check to contexts it says something about. An invariant that never applied is warned about.
    public func when(_ condition: @escaping @Sendable (Context) -> Bool) -> Invariant {
        var copy = self
        copy.applies = condition
        return copy
    }

    /// Adds the values at hand to the message of a violation.
    public func explained(by message: @escaping @Sendable (_ run: Run<Context>) -> String) -> Invariant {
        var copy = self
        copy.explain = message
        return copy
    }
}
