/// Where the systems are, and how they get elsewhere.
///
/// Between two states lies the way up to their common ancestor and down again. It is squashed before it is applied, so a
/// jump costs what differs, not how far the states are apart.
struct Position: Sendable {
    let systems: [any RewindableSystem]
    /// The state last moved to.
    private(set) var node: NodeID = 0
    /// What happened since, one for each system.
    private var since: [ChangeSet]
    /// Whether a move or capture failed midway: where the systems are is unknown then, and moving them would do harm.
    private var isLost = false
    private(set) var moves = Measure()
    private(set) var captures = Measure()

    init(systems: [any RewindableSystem]) {
        self.systems = systems
        since = Array(repeating: .empty, count: systems.count)
    }

    /// What changed since the last move or capture.
    mutating func capture() async throws -> [ChangeSet] {
        let start = ContinuousClock.now
        var captured: [ChangeSet] = []
        captured.reserveCapacity(systems.count)
        isLost = true
        for (index, system) in systems.enumerated() {
            let changes = try await system.capture()
            since[index] = since[index].then(changes)
            captured.append(changes)
        }
        isLost = false
        captures.add(ContinuousClock.now - start)
        return captured
    }

    /// Says that the systems now are in a state of the graph, reached by what was captured.
    mutating func arrived(at node: NodeID) {
        self.node = node
        for index in since.indices { since[index] = .empty }
    }

    /// What all that was recorded adds up to, one for each system.
    func difference(fromRootIn graph: Graph) -> [ChangeSet] {
        zip(graph.difference(fromRootTo: node, systems: systems.count), since).map { $0.then($1) }
    }

    /// Whether the systems are in that state already.
    func isAt(_ node: NodeID) -> Bool { self.node == node && since.allSatisfy(\.isEmpty) }

    /// Moves the systems to a state. Costs nothing when they are there.
    /// - Throws: what a system throws; after that, ``NotDecided`` for every further move.
    mutating func move(to target: NodeID, in graph: Graph) async throws {
        if isLost { throw NotDecided("It was not tried, because a system had failed to move.") }
        if isAt(target) { return }
        let start = ContinuousClock.now
        isLost = true
        let (up, down) = ways(from: node, to: target, in: graph)
        for (index, system) in systems.enumerated() {
            var way = Way()
            way.append(inverseOf: since[index])
            for node in up { way.append(inverseOf: graph[node].changes[index]) }
            for node in down { way.append(graph[node].changes[index]) }
            let difference = way.difference
            if !difference.isEmpty { try await system.apply(difference) }
        }
        isLost = false
        arrived(at: target)
        moves.add(ContinuousClock.now - start)
    }

    /// The nodes whose arrival is undone, last first, and those whose arrival is done again.
    private func ways(from start: NodeID, to target: NodeID, in graph: Graph) -> (up: [NodeID], down: [NodeID]) {
        var up: [NodeID] = []
        var down: [NodeID] = []
        var left = start
        var right = target
        // A parent is always found before its children, so the larger number is never the common ancestor.
        while left != right {
            if left > right {
                up.append(left)
                left = graph[left].parent
            } else {
                down.append(right)
                right = graph[right].parent
            }
        }
        return (up, down.reversed())
    }
}

/// How often something was done and how long it took.
public struct Measure: Sendable, Hashable {
    public private(set) var count = 0
    public private(set) var total: Duration = .zero

    mutating func add(_ duration: Duration) {
        count += 1
        total += duration
    }
}
