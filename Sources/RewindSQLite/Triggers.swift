/// The triggers that write the log: how each is spelled for a table.
///
/// The log is an *undo log*. What a row is now can be read from the table, so an entry holds only what it was before,
/// and for each row only its first entry counts. The entries with an image are written by BEFORE triggers, ahead of
/// anything the API's own triggers may do to the row, so the order in which triggers fire does not matter.
///
/// REPLACE takes out the rows in its way without firing their delete triggers. So before each row that is put in or
/// changed, the rows that it could push out are logged as they are; when they stay, the entry tells of no change.
struct Triggers {
    let table: Table
    let log: LogShape

    /// Every `CREATE TRIGGER` of the table.
    var statements: [String] {
        [
            trigger("insert_candidates", "BEFORE INSERT", insertCandidates),
            trigger("insert", "AFTER INSERT", [entry(.appeared, key: "NEW")]),
            trigger("update", "BEFORE UPDATE", beforeUpdate),
            trigger("update_key", "BEFORE UPDATE OF \(keyColumns)", table.hasRowid ? [] : beforeKeyUpdate),
            trigger("update_key_default", "AFTER UPDATE OF \(keyColumns)", afterKeyUpdate),
            trigger("update_candidates", "BEFORE UPDATE\(columnsThatDecide)", updateCandidates),
            trigger("delete", "BEFORE DELETE", [entry(.left, key: "OLD", image: "OLD")]),
        ].compactMap { $0 }
    }

    private func trigger(_ purpose: String, _ event: String, _ body: [String]) -> String? {
        if body.isEmpty { return nil }
        return """
            CREATE TRIGGER "_rewind_\(purpose)_\(table.number)" \(event) ON \(table.quotedName) BEGIN
            \(body.map { "  " + $0 + ";\n" }.joined())END
            """
    }

    // MARK: What a row was

    private var beforeUpdate: [String] {
        guard table.hasRowid, let key = table.keyNames.first.map(quoted) else {
            return [entry(.changed, key: "OLD", image: "OLD")]
        }
        let moves = "NEW.\(key) IS NOT OLD.\(key)"
        let kind = "CASE WHEN \(moves) THEN \(LogEntry.Kind.left.rawValue) ELSE \(LogEntry.Kind.changed.rawValue) END"
        return [
            insert(kind: kind, key: qualified(table.keyNames, "OLD"), image: imageColumns("OLD")),
            candidates(where: "\(rowSource).\(key) = NEW.\(key) AND \(moves)"),
            entry(.arriving, key: "NEW") + " WHERE \(moves)",
        ]
    }

    /// A key can change in ways that no comparison sees (`1` to `1.0`), so an UPDATE that names it logs both.
    private var beforeKeyUpdate: [String] {
        [entry(.left, key: "OLD", image: "OLD"), entry(.arriving, key: "NEW")]
    }

    /// UPDATE OR REPLACE gives a key column a default for a NULL only after the BEFORE triggers.
    private var afterKeyUpdate: [String] {
        let hasDefault = table.columns.contains { table.keyNames.contains($0.name) && $0.replacementForNull != nil }
        return hasDefault && !table.hasRowid ? [entry(.arriving, key: "NEW")] : []
    }

    private func entry(_ kind: LogEntry.Kind, key: String, image: String? = nil) -> String {
        insert(
            kind: String(kind.rawValue), key: qualified(table.keyNames, key), image: image.map(imageColumns) ?? [])
    }

    // MARK: Rows that may be pushed out

    private var insertCandidates: [String] {
        let byRowid = table.hasRowid ? [matchesRowid] : []
        return (byRowid + table.uniqueIndexes.map(conflicts)).map(candidates)
    }

    private var updateCandidates: [String] {
        let itself = table.keyNames.map { "\(rowSource).\(quoted($0)) IS OLD.\(quoted($0))" }
        return table.uniqueIndexes.map {
            candidates(where: "\(conflicts($0)) AND NOT (\(itself.joined(separator: " AND ")))")
        }
    }

    private var matchesRowid: String {
        qualified(table.keyNames, rowSource)[0] + " = " + qualified(table.keyNames, "NEW")[0]
    }

    private func conflicts(_ index: UniqueIndex) -> String {
        let terms = index.terms.map { term in
            switch term.operand {
            case .column(let name):
                "\(rowSource).\(quoted(name)) = \(new(name)) COLLATE \(quoted(term.collation))"
            case .expression(let text):
                "(\(text)) = (SELECT \(text) FROM (\(newRow))) COLLATE \(quoted(term.collation))"
            }
        }
        return (terms + (index.condition.map { ["(\($0))"] } ?? [])).joined(separator: " AND ")
    }

    /// The new row as a row source, so that an expression over its columns can be computed without rewriting it.
    private var newRow: String {
        "SELECT " + table.columns.map { "\(new($0.name)) AS \(quoted($0.name))" }.joined(separator: ", ")
    }

    private func new(_ column: String) -> String {
        let replacement = table.columns.first { $0.name == column }?.replacementForNull
        let value = "NEW.\(quoted(column))"
        return replacement.map { "ifnull(\(value), (\($0)))" } ?? value
    }

    private func candidates(where condition: String) -> String {
        insert(
            kind: String(LogEntry.Kind.left.rawValue), key: qualified(table.keyNames, rowSource),
            image: imageColumns(rowSource)) + " FROM \(rowSourceDeclaration) WHERE \(condition)"
    }

    /// Inside a trigger, NEW and OLD name rows, so a table of such a name goes by another.
    private var isNamedLikeARow: Bool { ["new", "old"].contains(table.name.lowercased()) }
    private var rowSource: String { isNamedLikeARow ? "_rewind_row" : table.quotedName }
    private var rowSourceDeclaration: String {
        isNamedLikeARow ? "\(table.quotedName) AS _rewind_row" : table.quotedName
    }

    // MARK: Spelling

    private func insert(kind: String, key: [String], image: [String]) -> String {
        let columns = ["kind", "tbl"] + log.keyColumns.prefix(key.count) + log.imageColumns.prefix(image.count)
        let values = [kind, String(table.number)] + key + image
        return "INSERT INTO _rewind_log (\(columns.joined(separator: ", "))) SELECT \(values.joined(separator: ", "))"
    }

    private func imageColumns(_ row: String) -> [String] { qualified(table.columns.map(\.name), row) }

    private func qualified(_ names: [String], _ row: String) -> [String] { names.map { "\(row).\(quoted($0))" } }

    private var keyColumns: String { table.keyNames.map(quoted).joined(separator: ", ") }

    /// ` OF …` when only some columns can make a conflict.
    private var columnsThatDecide: String {
        let stored = Set(table.columns.map(\.name))
        var names: Set<String> = []
        for index in table.uniqueIndexes {
            guard let columns = index.columnsThatDecide, stored.isSuperset(of: columns) else { return "" }
            names.formUnion(columns)
        }
        return names.isEmpty ? "" : " OF " + names.sorted().map(quoted).joined(separator: ", ")
    }
}
