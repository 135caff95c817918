/// First in, first out.
struct BreadthFirst: Frontier {
    private var edges: [Edge] = []
    private var taken = 0

    var count: Int { edges.count - taken }

    mutating func insert(_ new: [Edge]) { edges.append(contentsOf: new) }

    mutating func next() -> Edge? {
        guard taken < edges.count else { return nil }
        defer { taken += 1 }
        if taken > 4096, taken * 2 > edges.count {
            edges.removeFirst(taken)
            taken = 0
        }
        return edges[taken]
    }
}
