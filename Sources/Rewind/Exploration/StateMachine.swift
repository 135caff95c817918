/// The diagram on the whiteboard, made executable.
///
/// Every arrow must be walked at least once. Every action of the diagram is also tried in every state in which it has no
/// arrow, and must be refused there. An accepted action must lead where one of its arrows points.
///
/// ```swift
/// StateMachine(\.status) {
///     Arrow("create_order", from: nil, to: .pending)
///     Arrow("pay_order", from: .pending, to: .paid)
/// }
/// ```
public struct StateMachine<Context: ExplorationContext>: Sendable {
    /// The states in order of first mention, as the report names them.
    let stateNames: [String]
    let arrows: [Transition]
    /// The index in `stateNames`, or the name of a state that no arrow mentions.
    let state: @Sendable (Context) -> State
    /// Where each action leads, by the state it starts from: asked at every step.
    private let targets: [String: [Int: [Int]]]

    struct Transition: Sendable, Hashable {
        let action: String
        let from: Int
        let to: Int
    }

    enum State: Sendable, Hashable {
        case declared(Int)
        case undeclared(String)
    }

    /// A diagram over the values of one property of the context.
    public init<Status: Hashable & Sendable>(
        _ status: KeyPath<Context, Status> & Sendable, @ArrowBuilder<Status> arrows: () -> [Arrow<Status>]
    ) {
        self.init(reading: { $0[keyPath: status] }, arrows: arrows())
    }

    /// A diagram over whatever a closure reads from the context.
    package init<Status: Hashable & Sendable>(
        reading status: @escaping @Sendable (Context) -> Status, arrows: [Arrow<Status>]
    ) {
        var indices: [Status: Int] = [:]
        var names: [String] = []
        func index(_ status: Status) -> Int {
            if let known = indices[status] { return known }
            indices[status] = names.count
            names.append(readableName(of: status))
            return names.count - 1
        }
        self.arrows = arrows.flatMap { arrow in
            arrow.from.flatMap { from in
                arrow.to.map { Transition(action: arrow.action, from: index(from), to: index($0)) }
            }
        }
        targets = self.arrows.reduce(into: [:]) { $0[$1.action, default: [:]][$1.from, default: []].append($1.to) }
        let known = indices
        stateNames = names
        state = { context in
            let current = status(context)
            return known[current].map(State.declared) ?? .undeclared(readableName(of: current))
        }
    }

    /// Whether the diagram says anything about the action.
    func mentions(_ action: String) -> Bool { targets[action] != nil }

    /// Where the action may lead from a state; empty when it must be refused.
    func targets(of action: String, from state: Int) -> [Int] {
        targets[action]?[state] ?? []
    }
}

/// One or more arrows of a diagram: the action, the states it is allowed in, and where it may lead.
public struct Arrow<Status: Hashable & Sendable>: Sendable {
    let action: String
    let from: [Status]
    let to: [Status]

    public init(_ action: String, from: Status..., to: Status...) {
        self.init(action, from: from, to: to)
    }

    package init(_ action: String, from: [Status], to: [Status]) {
        self.action = action
        self.from = from
        self.to = to
    }
}

@resultBuilder
public enum ArrowBuilder<Status: Hashable & Sendable> {
    public static func buildExpression(_ arrow: Arrow<Status>) -> Arrow<Status> { arrow }
    public static func buildBlock(_ arrows: Arrow<Status>...) -> [Arrow<Status>] { arrows }
}

/// The name of a state: the case or text itself, and “none” for a property that is not set.
private func readableName(of status: some Hashable) -> String {
    let mirror = Mirror(reflecting: status)
    guard mirror.displayStyle == .optional else { return String(describing: status) }
    return mirror.children.first.map { String(describing: $0.value) } ?? "none"
}
