/// What to try and what must hold: the tester's part of an exploration, as a value.
///
/// ```swift
/// let payments = Exploration(of: Checkout.self) {
///     Action("create_order") { run in … }
///     Invariant("no_over_refund", .critical) { $0.context.refunded <= $0.context.amount }
///     StateMachine(\.status) { … }
/// }
/// ```
public struct Exploration<Context: ExplorationContext>: Sendable {
    public private(set) var actions: [Action<Context>] = []
    public private(set) var invariants: [Invariant<Context>] = []
    public private(set) var stateMachine: StateMachine<Context>?
    private var stateMachineCount = 0
    /// Actions whose requests are also sent at the same time.
    private(set) var races: [Race<Context>] = []
    /// The laws that are checked: those selected, without those switched off.
    public private(set) var laws: [Law] = Law.standard.filter(LawSelection.fast.contains)
    /// Which laws were asked for.
    public private(set) var lawSelection = LawSelection.fast
    /// The request headers that carry an idempotency key, in lower case.
    public private(set) var keyHeaders: Set<String> = ["idempotency-key", "x-idempotency-key"]
    public private(set) var identity: Identity<Context> = .wholeState
    /// Laws that were switched off, each with the reason given.
    public private(set) var lawsSwitchedOff: [String: String] = [:]
    /// What the tester knows before any action.
    public private(set) var initialContext = Context()
    /// Tables that a refused or safe request may write to, such as an audit log.
    public private(set) var exemptTables: Set<String> = []

    public init(of context: Context.Type, @ExplorationBuilder<Context> _ parts: () -> [ExplorationPart<Context>]) {
        var concurrent: [Concurrently<Context>] = []
        for part in parts() {
            switch part {
            case .action(let action): actions.append(action)
            case .invariant(let invariant): invariants.append(invariant)
            case .stateMachine(let machine):
                stateMachine = machine
                stateMachineCount += 1
            case .concurrently(let race): concurrent.append(race)
            }
        }
        races = concurrent.map { Race($0, of: actions) }
    }

    /// Says when two states are the same. The default compares everything.
    public func identity(_ identity: Identity<Context>) -> Exploration {
        var copy = self
        copy.identity = identity
        return copy
    }

    /// Begins with what the tester knows already, such as what a fixture put into the database.
    public func startingWith(_ context: Context) -> Exploration {
        var copy = self
        copy.initialContext = context
        return copy
    }

    /// Lets refused and safe requests write to these tables. Their rows still count for identity.
    public func exempting(tables: String...) -> Exploration { exempting(tables: tables) }

    /// Lets refused and safe requests write to these tables.
    package func exempting(tables: [String]) -> Exploration {
        var copy = self
        copy.exemptTables.formUnion(tables)
        return copy
    }

    /// Switches a law off. The reason is shown in the result.
    public func without(law name: String, because reason: String) -> Exploration {
        var copy = self
        copy.laws.removeAll { $0.name == name }
        copy.lawsSwitchedOff[name] = reason
        return copy
    }

    /// Chooses the laws to check. What is switched off stays so; a choice replaces the one before it.
    public func checking(laws selection: LawSelection) -> Exploration {
        var copy = self
        copy.lawSelection = selection
        copy.laws = Law.standard.filter { selection.contains($0) && lawsSwitchedOff[$0.name] == nil }
        return copy
    }

    /// Names another request header that carries an idempotency key, beside `Idempotency-Key`.
    public func identifyingRequests(byHeader name: String) -> Exploration {
        var copy = self
        copy.keyHeaders.insert(name.lowercased())
        return copy
    }

    /// The same with a law that was not selected, to ask whether it is still broken.
    func checking(alsoLaw name: String?) -> Exploration {
        guard let name, lawsSwitchedOff[name] == nil, !laws.contains(where: { $0.name == name }) else { return self }
        var copy = self
        copy.laws = Law.standard.filter { law in law.name == name || laws.contains { $0.name == law.name } }
        return copy
    }

    /// - Throws: ``ExplorationError`` when names clash or refer to nothing.
    func validate(in world: World) throws(ExplorationError) {
        if actions.isEmpty { throw ExplorationError("The exploration has no action: there is nothing to try.") }
        if stateMachineCount > 1 {
            throw ExplorationError(
                "The exploration has \(stateMachineCount) state machines; only one can be followed.")
        }
        try requireUnique(world.systems.map(\.name), of: "system", because: "Names tell their rows apart")
        try requireUnique(actions.map(\.name), of: "action")
        try requireUnique(invariants.map(\.name), of: "invariant")
        for action in actions where action.variants.isEmpty {
            throw ExplorationError("Action “\(action.name)” has an empty argument domain, so it can never run.")
        }
        try validateRaces()
        for name in lawsSwitchedOff.keys.sorted() where !Law.standard.contains(where: { $0.name == name }) {
            throw ExplorationError(
                "There is no law “\(name)” to switch off. The laws are \(Law.standard.map(\.name).joined(separator: ", "))."
            )
        }
        for arrow in stateMachine?.arrows ?? [] where !actions.contains(where: { $0.name == arrow.action }) {
            throw ExplorationError(
                "The state machine has an arrow for “\(arrow.action)”, but no action has that name. "
                    + "The actions are \(actions.map(\.name).joined(separator: ", ")).")
        }
    }

    /// - Throws: ``ExplorationError`` also when the workers could not explore the same.
    func validate(for workers: [Worker]) throws(ExplorationError) {
        guard let first = workers.first else { throw ExplorationError("There is no worker to explore with.") }
        try validate(in: first.world)
        let names = first.world.systems.map(\.name)
        for (index, worker) in workers.enumerated().dropFirst() {
            let others = worker.world.systems.map(\.name)
            guard others == names else {
                throw ExplorationError(
                    "Worker \(index + 1) has the systems \(others.joined(separator: ", ")), worker 1 has "
                        + "\(names.joined(separator: ", ")). Give all the same, in the same order.")
            }
            guard let twin = workers[..<index].firstIndex(where: { $0.thread === worker.thread }) else { continue }
            throw ExplorationError(
                "Workers \(twin + 1) and \(index + 1) have the same thread, so they would take turns. Give each its own."
            )
        }
    }

    private func requireUnique(
        _ names: [String], of kind: String, because reason: String = "Names identify them in paths"
    ) throws(ExplorationError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw ExplorationError("Two \(kind)s have the name “\(name)”. \(reason); rename one.")
        }
    }
}

/// The exploration as written can't be run.
public struct ExplorationError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// One statement inside ``Exploration``.
public enum ExplorationPart<Context: ExplorationContext>: Sendable {
    case action(Action<Context>)
    case invariant(Invariant<Context>)
    case stateMachine(StateMachine<Context>)
    case concurrently(Concurrently<Context>)
}

@resultBuilder
public enum ExplorationBuilder<Context: ExplorationContext> {
    public typealias Part = ExplorationPart<Context>

    public static func buildExpression(_ action: Action<Context>) -> [Part] { [.action(action)] }
    public static func buildExpression(_ invariant: Invariant<Context>) -> [Part] { [.invariant(invariant)] }
    public static func buildExpression(_ machine: StateMachine<Context>) -> [Part] { [.stateMachine(machine)] }
    public static func buildExpression(_ race: Concurrently<Context>) -> [Part] { [.concurrently(race)] }
    public static func buildExpression(_ races: [Concurrently<Context>]) -> [Part] { races.map(Part.concurrently) }
    public static func buildExpression(_ actions: [Action<Context>]) -> [Part] { actions.map(Part.action) }
    public static func buildExpression(_ invariants: [Invariant<Context>]) -> [Part] { invariants.map(Part.invariant) }
    public static func buildBlock(_ parts: [Part]...) -> [Part] { parts.flatMap { $0 } }
    public static func buildOptional(_ parts: [Part]?) -> [Part] { parts ?? [] }
    public static func buildEither(first parts: [Part]) -> [Part] { parts }
    public static func buildEither(second parts: [Part]) -> [Part] { parts }
    public static func buildArray(_ parts: [[Part]]) -> [Part] { parts.flatMap { $0 } }
}
