/// What is known of one exploration under way: the graph found so far, what is wrong in it, and what to do next.
///
/// Nothing in it waits or touches a world. Walkers ask it for a step (``next(for:at:)``), take the step in worlds of their
/// own, and hand over what they saw (``receive(_:by:)``). Whatever the number of walkers, steps get their place in the
/// graph one after another, each with all that was learned before: so every walk is one that a single walker could have
/// made.
struct Walk<Context: ExplorationContext>: Sendable {
    let exploration: Exploration<Context>
    /// The systems' names, the same in every world.
    let systems: [String]
    let strategy: Strategy
    let seed: UInt64
    let limits: Limits
    let started = ContinuousClock.now

    var graph = Graph()
    /// What the tester knows in each state; apart from the graph, which need not know its type.
    var contexts: [Context] = []
    var frontier: any Frontier
    var canonicalizer = Canonicalizer(systems: [], schemas: [], rules: ReadingRules())
    /// Of the root, to compare those of other worlds with.
    private(set) var schemas: [Schema] = []
    private(set) var rootContents: [Fingerprint] = []
    var findings: Findings
    var coverage: Coverage
    var experiments = Experiments()
    var answers = EarlyAnswers()
    var merged = MergedStates()
    var races = RaceLedger()
    var probed = ProbedKinds()
    var arrowsWereJudged = false
    var timesChecked: [String: Int] = [:]
    var statistics = Statistics()
    var stopReason: StopReason?
    var lastProgress = ContinuousClock.now
    let limitedActions: [Int]
    /// Whether rewinding itself is watched.
    let isWatching: Bool
    let onRecord: (@Sendable (WalkRecord) -> Void)?
    /// What an earlier walk knew, when this one goes on from it.
    var resumption: Resumption?

    /// The step that each worker is taking.
    var flights: [Flight?]
    var flightCount = 0
    /// Steps that a world died over, to be taken again before any other.
    var interrupted: [Flight] = []
    /// States whose invariants are being checked, with what led there meanwhile.
    var unchecked: [NodeID: Unchecked] = [:]
    /// What checking the invariants showed, where it showed something.
    var flawsOfStates: [NodeID: [Flaw]] = [:]
    /// What each worker did.
    var workers: [WorkerStatistics]
    /// Counts what others may be waiting for.
    var news = 0

    init(_ explorer: Explorer<Context>) {
        exploration = explorer.exploration
        systems = explorer.workers.first?.world.systems.map(\.name) ?? []
        strategy = explorer.strategy
        seed = explorer.seed
        limits = explorer.limits
        frontier = strategy.frontier(seed: seed)
        findings = Findings(areNearestFirst: strategy == .breadthFirst && explorer.workers.count == 1)
        isWatching = exploration.laws.contains { $0.name == Law.rewindingIsFaithful.name }
        onRecord = explorer.onRecord
        resumption = Resumption(explorer.records, actions: exploration.actions.map(\.name))
        coverage = Coverage(of: exploration)
        races.counts = exploration.races.map { RaceCount(name: Race<Context>.label($0.parts.actions)) }
        limitedActions = exploration.actions.indices.filter { explorer.exploration.actions[$0].maximumPerPath != nil }
        flights = explorer.workers.map { _ in nil }
        workers = explorer.workers.map { _ in WorkerStatistics() }
    }

    /// Makes the root the first node.
    mutating func prepare(schemas: [Schema], contents: [Fingerprint]) throws {
        self.schemas = schemas
        rootContents = contents
        let rules = ReadingRules(
            ignored: exploration.identity.ignored, ignoredTables: exploration.identity.ignoredTables,
            comparedAsIs: exploration.identity.comparedAsIs)
        canonicalizer = Canonicalizer(systems: systems, schemas: schemas, rules: rules)
        restoreWhatWasLearned()
        let context = exploration.initialContext
        admitState(of: context)
        let nothing = systems.map { _ in ChangeSet.empty }
        let identity = canonicalizer.identity(
            after: nothing, from: .root, context: try ContextCells(context), whole: { nothing })
        let root = Graph.Node(
            identity: identity, limitedCounts: limitedActions.map { _ in 0 }, parent: 0, arrival: nil,
            changes: nothing, depth: 0, isOpen: true)
        _ = graph.add(root, fingerprint: try fingerprint(of: root, context))
        contexts.append(context)
        try requireSameBeginning()
        try writeRoot()
    }

    /// Hands the steps of the root to the frontier.
    mutating func openRoot(after inspection: Inspection<Context>) {
        for flaw in flaws(in: inspection, after: { _ in "no step" }) { add(flaw, source: 0, step: nil) }
        frontier.insert(edges(from: 0))
    }

    // MARK: Placing

    /// Finds the state an execution led to, or adds it. Merged is one that only the narrowed identity takes for a known one,
    /// at its first time.
    mutating func place(
        _ execution: Execution<Context>, edge: Edge
    ) throws -> (node: NodeID, isNew: Bool, isMerged: Bool) {
        if let same = try stateStayedIn(execution, edge: edge) { return (same, false, false) }
        let node = try node(after: execution, edge: edge)
        let fingerprint = try fingerprint(of: node, execution.context)
        if let known = graph.node(with: fingerprint) {
            let isNarrowed = exploration.identity.narrowed != nil
            return (known, false, isNarrowed && merged.note(node, mergedInto: known, of: graph, by: edge))
        }
        let added = graph.add(node, fingerprint: fingerprint)
        contexts.append(execution.context)
        statistics.depth = max(statistics.depth, node.depth)
        return (added, true, false)
    }

    /// The state of the source, when nothing changed that identity looks at: most requests are refused, and need no new
    /// look at the state.
    private func stateStayedIn(_ execution: Execution<Context>, edge: Edge) throws -> NodeID? {
        if execution.changesContent || limitedActions.contains(edge.step.action) { return nil }
        guard execution.context == contexts[edge.source] else { return nil }
        return graph.node(with: try fingerprint(of: graph[edge.source], execution.context))
    }

    /// Makes the place an execution led to one to go on from, without taking it for a state of the graph: on a replay all
    /// generated values are new.
    mutating func stay(after execution: Execution<Context>, edge: Edge) throws -> NodeID {
        contexts.append(execution.context)
        return graph.addUnindexed(try node(after: execution, edge: edge))
    }

    func node(after execution: Execution<Context>, edge: Edge) throws -> Graph.Node {
        Graph.Node(
            identity: try identity(of: execution, from: edge.source), limitedCounts: limitedCounts(after: edge),
            parent: edge.source, arrival: edge.step, changes: execution.changes,
            depth: graph[edge.source].depth + 1)
    }

    private func identity(
        of execution: Execution<Context>, from source: NodeID
    ) throws -> Canonicalizer.StateIdentity {
        let cells = try ContextCells(execution.context)
        return canonicalizer.identity(after: execution.changes, from: graph[source].identity, context: cells) {
            let root = graph.difference(fromRootTo: source, systems: systems.count)
            return zip(root, execution.changes).map { $0.then($1) }
        }
    }

    /// What a state is compared by.
    func fingerprint(of node: Graph.Node, _ context: Context) throws -> Fingerprint {
        let counts = node.limitedCounts.withUnsafeBytes { Fingerprint(of: $0, seed: 1) }
        if let narrowed = exploration.identity.narrowed {
            let cells = try narrowed(context)
            return canonicalizer.fingerprint(of: cells, names: node.identity.names) + counts
        }
        return node.identity.content + node.identity.context + counts
    }

    /// The steps that can be formed in a state, unless it is as deep as the limit allows.
    func edges(from node: NodeID) -> [Edge] {
        if let depth = limits.depth, graph[node].depth >= depth { return [] }
        let context = contexts[node]
        let diagramState = coverageIndex(of: context)
        let count = exploration.actions.count
        var edges: [Edge] = []
        edges.reserveCapacity(count)
        for action in 0..<count
        where isWithinCount(action, in: node) && exploration.actions[action].canBeFormed(context) {
            for variant in 0..<exploration.actions[action].variants.count {
                let step = StepID(action: action, variant: variant)
                edges.append(Edge(source: node, step: step, kind: diagramState * count + action))
            }
        }
        return edges
    }

    private func isWithinCount(_ action: Int, in node: NodeID) -> Bool {
        if limitedActions.isEmpty { return true }
        guard let maximum = exploration.actions[action].maximumPerPath,
            let index = limitedActions.firstIndex(of: action)
        else { return true }
        return graph[node].limitedCounts[index] < maximum
    }

    func limitedCounts(after edge: Edge) -> [Int] {
        var counts = graph[edge.source].limitedCounts
        if let index = limitedActions.firstIndex(of: edge.step.action) { counts[index] += 1 }
        return counts
    }

    /// Hands the steps of a state to the frontier when a flawless step reaches it, be it after one that was not.
    mutating func open(_ node: NodeID, reachedFrom source: NodeID) {
        if graph[node].isOpen || graph[node].isBroken { return }
        if let meanwhile = unchecked[node] {
            let isNearer = meanwhile.source.map { graph[source].depth < graph[$0].depth } ?? true
            if isNearer { unchecked[node]?.source = source }
            return
        }
        graph[node].isOpen = true
        graph[node].depth = graph[source].depth + 1
        frontier.insert(edges(from: node))
    }

    /// Without breadth-first order, and with several workers, a state may first be reached by a detour that uses up the
    /// depth. Once all shorter ways are known, states that turn out to lie within the limit are opened again.
    mutating func reopenStatesWithinDepth() -> Int {
        guard let limit = limits.depth, strategy != .breadthFirst || workers.count > 1 else { return 0 }
        let reached = graph.relaxDepths()
        let reopened = reached.filter { $0.old >= limit && $0.new < limit }.flatMap { edges(from: $0.node) }
        frontier.insert(reopened)
        return reopened.count
    }

    /// The depth limit, if states were left unexplored because of it.
    var depthLimitReached: Int? {
        guard let limit = limits.depth else { return nil }
        return graph.nodes.contains { $0.depth >= limit && !$0.isBroken } ? limit : nil
    }

    // MARK: Names for people

    func label(_ step: StepID) -> String { exploration.label(step) }

    func pathDescription(to node: NodeID) -> String {
        let steps = graph.lineage(of: node).compactMap { graph[$0].arrival }.map(label)
        return steps.isEmpty ? "no other step" : steps.joined(separator: " → ")
    }
}

extension Exploration {
    func label(_ step: StepID) -> String {
        if let (_, steps) = race(named: step) { return Race<Context>.label(steps.map(label)) }
        return actions[step.action].label(ofVariant: step.variant)
    }
}

/// What one action did.
struct Execution<Context: ExplorationContext>: Sendable {
    let outcome: Outcome
    let context: Context
    let exchanges: [Exchange]
    let changes: [ChangeSet]

    /// An action that was not sent, or that failed to say what happened, leads nowhere.
    var canBePlaced: Bool {
        switch outcome {
        case .accepted, .refused: true
        case .skipped, .failed: false
        }
    }

    /// Whether it leads nowhere because no answer came.
    var lostAnAnswer: Bool { !canBePlaced && exchanges.contains(where: \.isLost) }

    /// What came back, one for each request.
    var answers: [Exchange.Reply] { exchanges.map(\.reply) }

    var changesContent: Bool { changes.contains(where: \.changesContent) }
}

/// Ends a walk without a verdict.
struct NotDecided: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// A world can't be used any more: its API or a system does not answer. Another one may do better.
struct WorldLost: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// What a system's error says about its world. One that says what is wrong in a way that another world would not mend is
/// left as it is.
func worldLost(by error: any Error) -> any Error {
    if let error = error as? SystemError, error.kind != .unreachable { return error }
    return WorldLost(String(describing: error))
}

/// An error as a sentence for the result.
func reason(of error: any Error) -> String {
    switch error {
    case let error as NotDecided: error.reason
    case let error as WorldLost: error.reason
    default: String(describing: error)
    }
}
