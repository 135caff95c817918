/// How a column takes part in identity: what the schema says, the user overrides, and experiment taught.
enum ColumnReading: Sendable, Hashable {
    /// By value, unless the value was generated on this path elsewhere.
    case plain
    /// By value, whatever it is.
    case asIs
    /// Not at all.
    case leftOut
    /// Only whether there is a value: a row with a time of deletion is another one than the row without.
    case presence
    /// A number that names a thing of the given space; in the thing's own table it is what makes the name.
    case identifier(space: UInt32, own: Bool)
    /// Always by order of appearance.
    case volatile(space: UInt32)
}

/// How one table takes part in identity.
struct TableReading: Sendable {
    let seed: UInt64
    let columns: [ColumnReading]
    /// No column needs a look of its own, so a state without generated values can hash whole rows.
    let isPlain: Bool

    init(system: String, table: String, schema: Schema.Table?, rules: ReadingRules) {
        seed = Fingerprint.seed(named: "\(system).\(table)")
        columns = (schema?.columns ?? []).map { column in
            TableReading.reading(of: column, in: table, rules: rules)
        }
        isPlain = columns.allSatisfy { $0 == .plain || $0 == .asIs }
    }

    private static func reading(of column: Schema.Column, in table: String, rules: ReadingRules) -> ColumnReading {
        let name = "\(table).\(column.name)"
        if rules.ignored.contains(name) { return .leftOut }
        if rules.comparedAsIs.contains(name) { return .asIs }
        if rules.learned.contains(name) { return .volatile(space: space(named: name)) }
        switch column.role {
        case .plain: return .plain
        case .timestamp: return .presence
        case .identifier(let namespace): return .identifier(space: space(named: namespace), own: namespace == table)
        }
    }
}

/// What overrides the schema.
struct ReadingRules: Sendable {
    var ignored: Set<String> = []
    var ignoredTables: Set<String> = []
    var comparedAsIs: Set<String> = []
    /// Columns and context properties that differed when an action was run twice from one state.
    var learned: Set<String> = []
    /// Values that a step wrote again when it was repeated: chosen, and compared by value even in volatile columns.
    var chosen: Set<Fingerprint> = []
}

/// A number for a kind of thing, equal in every process.
func space(named name: String) -> UInt32 { UInt32(truncatingIfNeeded: Fingerprint.seed(named: name)) }
