/// What restoring a database came to, after an exploration that died.
public struct RestoreReport: Sendable, Hashable, CustomStringConvertible {
    /// The database and where it is: for SQLite, the file.
    public let database: String
    /// What the database calls its counters: “sequence”.
    private let counterNoun: String
    /// The process that left it midway, `nil` when none did.
    public package(set) var processID: Int64?
    /// How many rows were put back, by table.
    public package(set) var rows: [String: Int] = [:]
    /// How many sequences or AUTOINCREMENT counters were put back.
    public package(set) var counters = 0
    /// What could not be brought back, as clauses. Empty when the content is the root again.
    public package(set) var problems: [String] = []

    package init(database: String, counterNoun: String) {
        self.database = database
        self.counterNoun = counterNoun
    }

    /// Whether no exploration had been left midway.
    public var isNothingToRestore: Bool { processID == nil }

    /// One sentence, and another for each problem.
    public var description: String {
        guard let processID else { return "\(database): nothing to restore." }
        let total = rows.values.reduce(0, +)
        let places = rows.keys.sorted().map { "\(rows[$0] ?? 0) in “\($0)”" }.joined(separator: ", ")
        let what = total == 0 ? "no row differed" : "\(total) \(total == 1 ? "row" : "rows") put back (\(places))"
        let also = counters == 0 ? "" : ", \(counters) \(counterNoun)\(counters == 1 ? "" : "s") reset"
        let sentence = "\(database): the exploration of process \(processID) is undone: \(what)\(also)."
        return ([sentence] + problems.map { "Not brought back: \($0)." }).joined(separator: "\n")
    }
}
