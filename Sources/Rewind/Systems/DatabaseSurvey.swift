/// What a database holds, as Rewind sees it, and how each part would be recorded: what `rewind systems` shows. Looking
/// changes nothing.
public struct DatabaseSurvey: Sendable, Hashable {
    /// The database and where it is, never with a password.
    public let database: String
    /// What runs it and its version: “PostgreSQL 15.14”.
    public let server: String
    /// Every table, sorted by name.
    public package(set) var tables: [Table]
    /// Sequences, or the tables with an AUTOINCREMENT counter, by name.
    public let counters: [String]
    /// What makes an exploration impossible, as clauses, but for what stands with a table.
    public package(set) var obstacles: [String] = []
    /// What the API can change and Rewind does not take back, only notice.
    public package(set) var notTakenBack: [String] = []
    /// Transactions that are under way or prepared, as clauses.
    public package(set) var underWay: [String] = []
    /// Who explores it just now, as a sentence; `nil` for nobody.
    public package(set) var exploredBy: String?
    /// The process that began to explore it and died; `nil` for none.
    public package(set) var leftMidwayBy: Int64?

    package init(database: String, server: String, tables: [Table], counters: [String]) {
        self.database = database
        self.server = server
        self.tables = tables
        self.counters = counters
    }

    /// One table.
    public struct Table: Sendable, Hashable {
        /// As reports spell it.
        public let name: String
        /// `nil` when the rows can't be counted for want of a right.
        public let rows: Int64?
        public let sensing: Sensing
        /// The columns that tell rows apart; none where only all of a row's content does.
        public let key: [String]
        public let columns: [Schema.Column]

        package init(name: String, rows: Int64?, sensing: Sensing, key: [String], columns: [Schema.Column]) {
            self.name = name
            self.rows = rows
            self.sensing = sensing
            self.key = key
            self.columns = columns
        }

        /// The columns whose values are left out when states are compared: times that the system sets.
        public var volatile: [String] { columns.filter { $0.role == .timestamp }.map(\.name) }

        /// The columns whose values are numbers of rows, which are renamed when states are compared.
        public var identifiers: [String] {
            columns.filter { if case .identifier = $0.role { true } else { false } }.map(\.name)
        }
    }

    /// How changes of a table are noticed.
    public enum Sensing: Sendable, Hashable {
        /// By triggers that write a log.
        case triggers
        /// By reading it at every step and comparing.
        case reading
        /// Not at all, as asked.
        case exempt
        /// It can't be recorded. The text is a sentence that says why.
        case impossible(String)
    }
}
