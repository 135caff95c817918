/// Where the systems are, and how they get elsewhere.
///
/// Between two states lies the way up to their common ancestor and down again. It is squashed before it is applied, so a
/// jump costs what differs, not how far the states are apart.
struct Position: Sendable {
    private(set) var systems: [any RewindableSystem]
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

    /// Goes on at the root of other systems.
    mutating func start(over systems: [any RewindableSystem]) {
        self.systems = systems
        node = 0
        since = Array(repeating: .empty, count: systems.count)
        isLost = false
    }

    /// What changed since the last move or capture.
    /// - Throws: ``WorldLost`` or what a system throws; after that, ``NotDecided`` for every further move.
    mutating func capture() async throws -> [ChangeSet] {
        let start = ContinuousClock.now
        var captured: [ChangeSet] = []
        captured.reserveCapacity(systems.count)
        isLost = true
        for (index, system) in systems.enumerated() {
            let changes: ChangeSet
            do { changes = try await system.capture() } catch { throw worldLost(by: error) }
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

    /// Somewhere to come back to: a state of the graph, and what happened since.
    struct Place: Sendable {
        let node: NodeID
        fileprivate(set) var since: [ChangeSet]
    }

    /// Where the systems are.
    var place: Place { Place(node: node, since: since) }

    /// A state of the graph, as a place.
    func place(at node: NodeID) -> Place { Place(node: node, since: since.map { _ in .empty }) }

    /// A way to a place, squashed.
    struct Jump: Sendable {
        let target: Place
        /// One for each system.
        let differences: [ChangeSet]
    }

    /// How to get to a state; `nil` when the systems are there.
    func jump(to target: NodeID, in graph: Graph) -> Jump? { jump(to: place(at: target), in: graph) }

    /// How to get to a place; `nil` when the systems are there.
    func jump(to target: Place, in graph: Graph) -> Jump? {
        if node == target.node && since == target.since && !isLost { return nil }
        let (up, down) = ways(from: node, to: target.node, in: graph)
        let differences = since.indices.map { index in
            var way = Way()
            way.append(inverseOf: since[index])
            for node in up { way.append(inverseOf: graph[node].changes[index]) }
            for node in down { way.append(graph[node].changes[index]) }
            way.append(target.since[index])
            return way.difference
        }
        return Jump(target: target, differences: differences)
    }

    /// Moves the systems.
    /// - Throws: ``WorldLost`` or what a system throws; after that, ``NotDecided`` for every further move.
    mutating func move(by jump: Jump) async throws {
        if isLost { throw NotDecided("It was not tried, because a system had failed to move.") }
        let start = ContinuousClock.now
        isLost = true
        for (system, difference) in zip(systems, jump.differences) where !difference.isEmpty {
            do { try await system.apply(difference) } catch { throw worldLost(by: error) }
        }
        isLost = false
        arrived(at: jump.target.node)
        since = jump.target.since
        moves.add(ContinuousClock.now - start)
    }

    /// Alters what one system holds, as no action did. The next move takes it back.
    /// - Returns: `false` when the system refuses to hold it, and is as it was.
    /// - Throws: what a system throws that does not answer any more; after that, ``NotDecided`` for every further move.
    mutating func alter(_ system: Int, by changes: ChangeSet) async throws -> Bool {
        if isLost { throw NotDecided("It was not tried, because a system had failed to move.") }
        do {
            try await systems[system].apply(changes)
        } catch {
            // Whether it was the alteration that was refused, or the system that is gone, shows when it is asked again.
            let captured = try await capture()
            guard captured.allSatisfy(\.isEmpty) else { throw worldLost(by: error) }
            return false
        }
        since[system] = since[system].then(changes)
        return true
    }

    /// Alters what one system holds without taking note of it, as somebody would who bypasses the record. The system
    /// itself knows the way back; it has to be altered back before the next move.
    /// - Returns: `false` when the system refuses to hold it, and is as it was.
    mutating func alterUnseen(_ system: Int, by changes: ChangeSet) async throws -> Bool {
        let noted = since
        defer { since = noted }
        return try await alter(system, by: changes)
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

    /// - Parameter times: how often it was done in that time.
    mutating func add(_ duration: Duration, times: Int = 1) {
        count += times
        total += duration
    }

    static func += (a: inout Measure, b: Measure) {
        a.count += b.count
        a.total += b.total
    }
}
