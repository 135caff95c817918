import Foundation
import Rewind

/// What databases hold and how each table would be recorded: what `rewind systems` shows.
public struct SurveyReport: Sendable {
    /// The version of the JSON that this program writes.
    public static let version = 1

    private let surveys: [DatabaseSurvey]

    public init(_ surveys: [DatabaseSurvey]) { self.surveys = surveys }

    /// A table for each database.
    public var text: String { surveys.map(Self.text).joined(separator: "\n") }

    /// The same for other programs, with sorted keys and a line break at its end.
    /// - Throws: `EncodingError`, never for what a survey holds.
    public func json() throws -> Data { try sortedJSON(Document(databases: surveys.map(DatabaseDocument.init))) }

    private static func text(_ survey: DatabaseSurvey) -> String {
        let rows = survey.tables.compactMap(\.rows).reduce(0, +)
        var lines = [
            "\(survey.database): \(survey.server), \(counted(survey.tables.count, "table")), \(counted(Int(rows), "row"))"
        ]
        if !survey.tables.isEmpty { lines += table(survey.tables) }
        for table in survey.tables {
            if case .impossible(let reason) = table.sensing { lines.append("In the way: \(reason)") }
        }
        lines += survey.obstacles.map { "In the way: \($0)." }
        if !survey.counters.isEmpty {
            lines.append("Numbers taken back: \(survey.counters.joined(separator: ", "))")
        }
        lines += survey.notTakenBack.map { "Noticed, but not taken back: \($0)" }
        lines += survey.underWay.map { "Under way: \($0)" }
        if let sentence = survey.exploredBy { lines.append(sentence) }
        if survey.leftMidwayBy != nil { lines.append("An exploration of it died midway: run rewind restore.") }
        return lines.map { printable($0) + "\n" }.joined()
    }

    private static func table(_ tables: [DatabaseSurvey.Table]) -> [String] {
        let heads = ["table", "rows", "changes told by", "key", "row numbers", "left out of identity"]
        let rows = tables.map { table in
            [
                table.name, table.rows.map { grouped(Int($0)) } ?? "?", table.sensing.inWords,
                table.key.isEmpty ? "the whole row" : table.key.joined(separator: ", "),
                table.identifiers.joined(separator: ", "), table.volatile.joined(separator: ", "),
            ]
        }
        let widths = heads.indices.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
        return ([heads] + rows).map { row in
            let cells = row.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 1 ? gap + row[column] : row[column] + gap
            }
            var line = "  " + cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension DatabaseSurvey.Sensing {
    fileprivate var inWords: String {
        switch self {
        case .triggers: "triggers"
        case .reading: "reading"
        case .exempt: "nothing: exempt"
        case .impossible: "nothing can"
        }
    }
}

private struct Document: Encodable {
    let format = "rewind-systems"
    let version = SurveyReport.version
    let databases: [DatabaseDocument]
}

private struct DatabaseDocument: Encodable {
    let database, server: String
    let tables: [TableDocument]
    let counters, obstacles, notTakenBack, underWay: [String]
    let exploredBy: String?
    let leftMidwayByProcess: Int64?

    init(_ survey: DatabaseSurvey) {
        (database, server) = (survey.database, survey.server)
        tables = survey.tables.map(TableDocument.init)
        (counters, obstacles) = (survey.counters, survey.obstacles)
        (notTakenBack, underWay) = (survey.notTakenBack, survey.underWay)
        (exploredBy, leftMidwayByProcess) = (survey.exploredBy, survey.leftMidwayBy)
    }
}

private struct TableDocument: Encodable {
    let name: String
    let rows: Int64?
    let sensing: String
    let obstacle: String?
    let key, identifiers, volatile, columns: [String]

    init(_ table: DatabaseSurvey.Table) {
        (name, rows, key) = (table.name, table.rows, table.key)
        (identifiers, volatile) = (table.identifiers, table.volatile)
        columns = table.columns.map(\.name)
        switch table.sensing {
        case .triggers: (sensing, obstacle) = ("triggers", nil)
        case .reading: (sensing, obstacle) = ("reading", nil)
        case .exempt: (sensing, obstacle) = ("exempt", nil)
        case .impossible(let reason): (sensing, obstacle) = ("impossible", reason)
        }
    }
}
