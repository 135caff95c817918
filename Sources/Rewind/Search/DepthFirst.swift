/// Last in, first out; the edges of one state in the order of their declaration.
struct DepthFirst: Frontier {
    private var edges: [Edge] = []

    var count: Int { edges.count }

    mutating func insert(_ new: [Edge]) { edges.append(contentsOf: new.reversed()) }

    mutating func next() -> Edge? { edges.popLast() }
}
