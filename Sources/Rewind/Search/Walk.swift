/// One exploration under way: the graph found so far, where the systems are, and what to do next.
///
/// The main loop is ``run()``; one step of it is ``take(_:)``: move there, act, capture, judge, place.
struct Walk<Context: ExplorationContext> {
    let exploration: Exploration<Context>
    let world: World
    let strategy: Strategy
    let seed: UInt64
    let limits: Limits
    let onProgress: (@Sendable (ExplorationProgress) -> Void)?
    let started = ContinuousClock.now

    var graph = Graph()
    /// What the tester knows in each state; apart from the graph, which need not know its type.
    var contexts: [Context] = []
    var frontier: any Frontier
    var position: Position
    var canonicalizer = Canonicalizer(systems: [], schemas: [], rules: ReadingRules())
    var findings = Findings()
    var coverage: Coverage
    var experiments = Experiments()
    var faithfulness = Faithfulness()
    var merged = MergedStates()
    var arrowsWereJudged = false
    var timesChecked: [String: Int] = [:]
    var statistics = Statistics()
    var stopReason: StopReason?
    var lastProgress = ContinuousClock.now
    let journal = Journal()
    let limitedActions: [Int]
    /// Whether rewinding itself is watched.
    let isWatching: Bool

    init(_ explorer: Explorer<Context>) {
        exploration = explorer.exploration
        world = explorer.world
        strategy = explorer.strategy
        seed = explorer.seed
        limits = explorer.limits
        onProgress = explorer.onProgress
        frontier = strategy.frontier(seed: seed)
        position = Position(systems: world.systems)
        isWatching = exploration.laws.contains { $0.name == Law.rewindingIsFaithful.name }
        coverage = Coverage(of: exploration)
        limitedActions = exploration.actions.indices.filter { explorer.exploration.actions[$0].maximumPerPath != nil }
    }

    /// Reads the schemas and makes the root the first node.
    mutating func prepare() async throws {
        var schemas: [Schema] = []
        for system in world.systems { schemas.append(try await system.schema()) }
        let rules = ReadingRules(ignored: exploration.identity.ignored, comparedAsIs: exploration.identity.comparedAsIs)
        canonicalizer = Canonicalizer(systems: world.systems.map(\.name), schemas: schemas, rules: rules)
        try await faithfulness.begin(world.systems)
        let context = Context()
        admitState(of: context)
        let nothing = world.systems.map { _ in ChangeSet.empty }
        let identity = canonicalizer.identity(
            after: nothing, from: .root, context: try ContextCells(context), whole: { nothing })
        let root = Graph.Node(
            identity: identity, limitedCounts: limitedActions.map { _ in 0 }, parent: 0, arrival: nil,
            changes: nothing, depth: 0, isOpen: true)
        _ = graph.add(root, fingerprint: try fingerprint(of: root, context))
        contexts.append(context)
        try await checkInvariants(in: context, arrivingBy: nil)
        frontier.insert(edges(from: 0))
    }

    /// The main loop: takes the best step of the frontier until none is left or a limit is reached.
    mutating func run() async throws {
        while stopReason == nil {
            if let limit = limitReached() {
                stopReason = limit
            } else if let edge = frontier.next() {
                try await take(edge)
                try await watchFaithfulness()
                reportProgress()
            } else if reopenStatesWithinDepth() == 0 {
                stopReason = .frontierEmpty(depthLimit: depthLimitReached)
            }
        }
        if case .frontierEmpty(let depthLimit) = stopReason {
            try await compareMergedStates()
            // Beyond a limit, or behind what was found wrong, there may be a state in which the arrow can be walked.
            if depthLimit == nil && findings.isEmpty { judgeArrowsNeverWalked() }
        }
        try await repeatEarlyTransitions()
    }

    /// One step: go to the state, act, see what changed, judge it, and give the result its place in the graph.
    mutating func take(_ edge: Edge) async throws {
        if graph[edge.source].isBroken { return }
        try await position.move(to: edge.source, in: graph)
        var execution = try await execute(edge.step, from: edge.source)
        if experiments.isNew(edge.step, execution) {
            let first = execution
            execution = try await repeatAndLearn(edge.step, from: edge.source, first: first)
            noteFlaws(of: first, missingIn: execution, edge: edge)
        }
        statistics.transitions += 1
        guard execution.canBePlaced else { return noteUnplaced(execution, edge: edge) }
        let flaws = judge(execution, edge: edge)
        let (target, isNew, isMerged) = try place(execution, edge: edge)
        record(execution, edge: edge, target: target, flaws: flaws)
        if isNew { graph[target].isBroken = try await !checkInvariants(in: execution.context, arrivingBy: edge) }
        if isMerged { try await checkInvariants(in: execution.context, arrivingBy: edge) }
        if flaws.isEmpty { open(target, reachedFrom: edge.source) }
    }

    /// Hands the steps of a state to the frontier when a flawless step reaches it, be it after one that was not.
    private mutating func open(_ node: NodeID, reachedFrom source: NodeID) {
        if graph[node].isOpen || graph[node].isBroken { return }
        graph[node].isOpen = true
        graph[node].depth = graph[source].depth + 1
        frontier.insert(edges(from: node))
    }

    // MARK: Acting

    /// Runs one action where the systems are, and captures what it changed.
    mutating func execute(_ step: StepID, from source: NodeID) async throws -> Execution<Context> {
        let perform = exploration.actions[step.action].variants[step.variant].perform
        var run = Run(context: contexts[source], world: world, journal: journal)
        let outcome: Outcome
        do {
            outcome = try await perform(&run)
        } catch {
            if let reason = (error as? any UndecidedError)?.undecidedReason {
                countRequests(journal.drain())
                throw NotDecided("\(reason) It happened during \(label(step)), after \(pathDescription(to: source)).")
            }
            outcome = .failed(String(describing: error))
        }
        let exchanges = journal.drain()
        countRequests(exchanges)
        let changes = try await position.capture()
        return Execution(
            outcome: outcome, context: run.context, exchanges: exchanges, changes: changes)
    }

    mutating func countRequests(_ exchanges: [Exchange]) {
        for exchange in exchanges { statistics.requests.add(.nanoseconds(Int64(exchange.durationNanoseconds))) }
    }

    // MARK: Placing

    /// Finds the state an execution led to, or adds it. Merged is one that only the narrowed identity takes for a known one,
    /// at its first time.
    private mutating func place(
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
        position.arrived(at: added)
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
        let place = graph.addUnindexed(try node(after: execution, edge: edge))
        contexts.append(execution.context)
        position.arrived(at: place)
        return place
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
            let root = graph.difference(fromRootTo: source, systems: world.systems.count)
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

    /// Without breadth-first order a state may first be reached by a detour that uses up the depth. Once all shorter ways
    /// are known, states that turn out to lie within the limit are opened again.
    private mutating func reopenStatesWithinDepth() -> Int {
        guard let limit = limits.depth, strategy != .breadthFirst else { return 0 }
        let reached = graph.relaxDepths()
        let reopened = reached.filter { $0.old >= limit && $0.new < limit }.flatMap { edges(from: $0.node) }
        frontier.insert(reopened)
        return reopened.count
    }

    /// The depth limit, if states were left unexplored because of it.
    private var depthLimitReached: Int? {
        guard let limit = limits.depth else { return nil }
        return graph.nodes.contains { $0.depth >= limit && !$0.isBroken } ? limit : nil
    }

    // MARK: Stopping

    private func limitReached() -> StopReason? {
        if Task.isCancelled { return .interrupted }
        if let steps = limits.steps, statistics.transitions >= steps, frontier.count > 0 { return .stepLimit(steps) }
        if let time = limits.time, ContinuousClock.now - started >= time { return .timeLimit(time) }
        return nil
    }

    mutating func stop(because error: any Error) {
        stopReason = .failed((error as? NotDecided)?.reason ?? String(describing: error))
    }

    private mutating func reportProgress() {
        guard let onProgress else { return }
        let now = ContinuousClock.now
        guard now - lastProgress > .milliseconds(50) else { return }
        lastProgress = now
        onProgress(
            ExplorationProgress(
                states: graph.nodes.count, transitions: statistics.transitions, frontier: frontier.count,
                depth: statistics.depth, violations: findings.found.count, elapsed: now - started))
    }

    // MARK: Names for people

    func label(_ step: StepID) -> String {
        let action = exploration.actions[step.action]
        return action.variants[step.variant].label.map { "\(action.name)(\($0))" } ?? action.name
    }

    func pathDescription(to node: NodeID) -> String {
        let steps = graph.lineage(of: node).compactMap { graph[$0].arrival }.map(label)
        return steps.isEmpty ? "no other step" : steps.joined(separator: " → ")
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

    /// What came back, one for each request.
    var answers: [Exchange.Reply] { exchanges.map(\.reply) }

    var changesContent: Bool { changes.contains(where: \.changesContent) }
}

/// Ends a walk without a verdict.
struct NotDecided: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
