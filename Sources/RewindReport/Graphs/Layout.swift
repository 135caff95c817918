/// Places for the nodes of a drawing: a column for each distance from the start, the path in the first row.
///
/// A step leads at most one column further than where it starts, as columns are shortest distances. So no arrow has to be
/// led around the columns it passes, which is what general layered layouts spend their effort on. Rows are ordered by the
/// mean row of the neighbours, a few sweeps back and forth. Cost: a few passes over the arrows.
struct Layout: Sendable {
    /// Column and row of each node, from 0.
    private(set) var places: [(column: Int, row: Int)]
    let columns: Int
    let rows: Int

    /// - Parameters:
    ///   - columns: of each node.
    ///   - isPinned: whether a node is to have the first row of its column, if it is the only such.
    ///   - arrows: as pairs of nodes.
    init(columns: [Int], isPinned: [Bool], arrows: [(source: Int, target: Int)]) {
        var order: [[Int]] = Array(repeating: [], count: (columns.max() ?? -1) + 1)
        for node in columns.indices { order[columns[node]].append(node) }
        var neighbours: [[Int]] = Array(repeating: [], count: columns.count)
        for arrow in arrows where arrow.source != arrow.target {
            neighbours[arrow.source].append(arrow.target)
            neighbours[arrow.target].append(arrow.source)
        }
        var row = [Int](repeating: 0, count: columns.count)
        func number(_ column: Int) { for (place, node) in order[column].enumerated() { row[node] = place } }
        for column in order.indices {
            order[column] = order[column].filter { isPinned[$0] } + order[column].filter { !isPinned[$0] }
            number(column)
        }
        for sweep in 0..<4 {
            let forward = sweep.isMultiple(of: 2)
            for column in forward ? Array(order.indices) : order.indices.reversed() {
                let beside = column + (forward ? -1 : 1)
                func weight(_ node: Int) -> Double {
                    if isPinned[node] { return -1 }
                    let rows = neighbours[node].filter { columns[$0] == beside }.map { Double(row[$0]) }
                    return rows.isEmpty ? Double(row[node]) : rows.reduce(0, +) / Double(rows.count)
                }
                let weights = Dictionary(uniqueKeysWithValues: order[column].map { ($0, weight($0)) })
                order[column].sort { (weights[$0] ?? 0, row[$0]) < (weights[$1] ?? 0, row[$1]) }
                number(column)
            }
        }
        places = columns.indices.map { (columns[$0], row[$0]) }
        self.columns = order.count
        rows = order.map(\.count).max() ?? 0
    }
}
