import Rewind

/// The rows of one table that a step changed: what was added, removed, and which cells differ.
struct ChangesHTML {
    let system: SystemChanges
    let table: String
    let rows: [RowChange]
    let visible: Visible

    /// At most so many rows and columns are shown.
    private static let rowsShown = 50
    private static let columnsShown = 60

    var html: HTML {
        let columns = shownColumns
        let heads = columns.map { HTML.tag("th", ["scope": "col"], HTML(visible.text(name(of: $0)))) }
        let caption = HTML.tag(
            "caption", [:], .tag("span", ["class": "system"], HTML(visible.text(system.system))), HTML(" "),
            .tag("strong", [:], HTML(visible.text(table))), HTML(" \(summary)"))
        let hidden = rows.count - Self.rowsShown
        return .tag(
            "div",
            ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Changes of \(visible.text(table))"],
            .tag(
                "table", ["class": "rows"], caption,
                .tag(
                    "thead", [:],
                    .tag(
                        "tr", [:],
                        [.tag("th", ["scope": "col"], .tag("span", ["class": "unseen"], "What became of the row"))]
                            + heads)),
                .tag("tbody", [:], rows.prefix(Self.rowsShown).map { row($0, columns) })))
            + (hidden > 0 ? .tag("p", ["class": "note"], HTML("\(counted(hidden, "more row")) changed.")) : .nothing)
    }

    private var summary: String {
        let (added, removed) = (rows.count { $0.before == nil }, rows.count { $0.after == nil })
        let changed = rows.count - added - removed
        return [(added, "added"), (changed, "changed"), (removed, "removed")].filter { $0.0 > 0 }
            .map { "\(counted($0.0, "row")) \($0.1)" }.joined(separator: ", ")
    }

    /// Columns that differ come right after the first, which tells the row; where they are many, no others.
    private var shownColumns: [Int] {
        let count = rows.map { max($0.before?.cells.count ?? 0, $0.after?.cells.count ?? 0) }.max() ?? 0
        let changed = Set(rows.flatMap(changedColumns))
        let order =
            [0] + (1..<max(count, 1)).filter(changed.contains) + (1..<max(count, 1)).filter { !changed.contains($0) }
        return Array(order.prefix(Self.columnsShown)).filter { $0 < count }
    }

    private func changedColumns(_ change: RowChange) -> [Int] {
        guard let before = change.before?.cells, let after = change.after?.cells else { return [] }
        return (0..<min(before.count, after.count)).filter { before[$0] != after[$0] }
    }

    private func name(of column: Int) -> String {
        let names = system.columns[table] ?? []
        return column < names.count ? names[column] : "column \(column + 1)"
    }

    private func row(_ change: RowChange, _ columns: [Int]) -> HTML {
        let (before, after) = (change.before?.cells, change.after?.cells)
        let (kind, sign) = before == nil ? ("added", "+") : after == nil ? ("removed", "−") : ("changed", "~")
        let cells = columns.map { column -> HTML in
            func text(_ cells: [Value]?) -> String? {
                guard let cells, column < cells.count else { return nil }
                return visible.cell(cells[column], column: name(of: column))
            }
            switch (text(before), text(after)) {
            case (let old?, let new?) where before?[column] != after?[column]:
                return .tag(
                    "td", ["class": "differs"], .tag("del", [:], HTML(old)), .tag("span", ["class": "to"], " → "),
                    .tag("ins", [:], HTML(new)))
            case (_, let new?): return .tag("td", [:], before == nil ? .tag("ins", [:], HTML(new)) : HTML(new))
            case (let old?, nil): return .tag("td", [:], .tag("del", [:], HTML(old)))
            case (nil, nil): return .tag("td", [:])
            }
        }
        let head = HTML.tag(
            "th", ["scope": "row", "title": kind], HTML(sign), .tag("span", ["class": "unseen"], HTML(" \(kind)")))
        return .tag("tr", ["class": kind], [head] + cells)
    }
}
