/// Something a client can do to the API: one request, or a few that belong together.
///
/// ```swift
/// Action("pay_order") { run in
///     let reply = try await run.api.post("/orders/\(run.context.orderID!)/pay")
///     if reply.isSuccess { run.context.status = try reply.decode(Order.self).status }
///     return reply.outcome
/// }
/// .when { $0.orderID != nil }
/// ```
///
/// The precondition says that the request *can be formed*, not that it is allowed. Forbidden requests are the ones worth
/// sending.
public struct Action<Context: ExplorationContext>: Sendable {
    /// Carries the action out and says what became of it. Writing to `run.context` records what the tester learned.
    public typealias Body = @Sendable (_ run: inout Run<Context>) async throws -> Outcome

    /// One member of the action's argument domain; an action without arguments has just one, without a label.
    struct Variant: Sendable {
        let label: String?
        let perform: Body
    }

    public let name: String
    let variants: [Variant]
    private(set) var canBeFormed: @Sendable (Context) -> Bool = { _ in true }
    private(set) var maximumPerPath: Int?
    private(set) var isForbidden = false

    /// An action without arguments.
    public init(_ name: String, perform: @escaping Body) {
        self.name = name
        variants = [Variant(label: nil, perform: perform)]
    }

    /// An action tried with each value of a domain; every value is an edge of its own.
    public init<Argument: Sendable & CustomStringConvertible>(
        _ name: String, over domain: [Argument],
        perform: @escaping @Sendable (_ run: inout Run<Context>, _ argument: Argument) async throws -> Outcome
    ) {
        self.name = name
        variants = domain.map { argument in
            Variant(label: argument.description) { run in try await perform(&run, argument) }
        }
    }

    /// Restricts the action to contexts in which its request can be formed at all.
    public func when(_ condition: @escaping @Sendable (Context) -> Bool) -> Action {
        var copy = self
        copy.canBeFormed = condition
        return copy
    }

    /// Limits how often the action occurs on one path. What is left of the limit is part of a state's identity.
    public func atMost(_ count: Int) -> Action {
        var copy = self
        copy.maximumPerPath = count
        return copy
    }

    /// Says that the API must refuse the action in every state, such as a forged webhook: an acceptance is a violation, and
    /// that there never was one is as it should be.
    public func alwaysRefused() -> Action {
        var copy = self
        copy.isForbidden = true
        return copy
    }
}
