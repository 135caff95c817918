import Rewind

/// A drawing as SVG, for a page whose style sheet has the colors.
struct GraphSVG: Sendable {
    private let drawing: Drawing
    private let layout: Layout
    private let visible: Visible
    private let title: String
    private let anchors: [Int: String]
    private let column: Double

    private static let box = (width: 104.0, height: 34.0)
    private static let row = 78.0
    private static let margin = 16.0
    private static let labelCharacters = 26

    /// - Parameters:
    ///   - title: what the picture shows, for those who do not see it.
    ///   - anchors: where a click on a state leads, by its number.
    init(_ drawing: Drawing, title: String, anchors: [Int: String], visible: Visible) {
        (self.drawing, self.title, self.anchors, self.visible) = (drawing, title, anchors, visible)
        layout = Layout(
            columns: drawing.nodes.map(\.depth), isPinned: drawing.nodes.map(\.isOnPath),
            arrows: drawing.arrows.map { ($0.source, $0.target) })
        let longest = drawing.arrows.filter { $0.source != $0.target }.map { Self.label($0, visible).count }.max() ?? 0
        column = Self.box.width + min(220, max(70, Double(longest) * 6.6 + 34))
    }

    var html: HTML {
        let width = Double(max(layout.columns - 1, 0)) * column + Self.box.width + 2 * Self.margin
        let hasTurns = drawing.arrows.contains { isTurn($0) }
        let height = Double(max(layout.rows, 1)) * Self.row + 2 * Self.margin + 12 + (hasTurns ? 20 : 0)
        let arrows = drawing.arrows.sorted { !$0.isOnPath && $1.isOnPath }
        return .tag(
            "svg",
            [
                "viewBox": "0 0 \(fixed(width, digits: 0)) \(fixed(height, digits: 0))",
                "width": fixed(width, digits: 0),
                "height": fixed(height, digits: 0), "role": "img", "aria-label": title,
            ],
            [Self.heads] + arrows.map(arrow) + drawing.nodes.indices.map(node))
    }

    /// The tips of arrows.
    private static let heads: HTML = .tag(
        "defs", [:],
        ["tip", "tip-path", "tip-wrong"].map { name in
            .tag(
                "marker",
                [
                    "id": name, "viewBox": "0 0 8 8", "refX": "7", "refY": "4", "markerWidth": "7", "markerHeight": "7",
                    "orient": "auto-start-reverse",
                ], .tag("path", ["d": "M0 0 8 4 0 8z", "class": name]))
        })

    private func place(_ node: Int) -> (x: Double, y: Double) {
        let place = layout.places[node]
        return (Self.margin + Double(place.column) * column, Self.margin + 14 + Double(place.row) * Self.row)
    }

    // MARK: States

    private func node(_ index: Int) -> HTML {
        let node = drawing.nodes[index]
        let (x, y) = place(index)
        var pieces: [HTML] = [
            .tag(
                "rect",
                [
                    "x": fixed(x, digits: 1), "y": fixed(y, digits: 1), "width": fixed(Self.box.width, digits: 0),
                    "height": fixed(Self.box.height, digits: 0), "rx": "8",
                ]),
            text(Self.shortened(visible.text(node.name), to: 15), x: x + Self.box.width / 2, y: y + 21, "name"),
        ]
        if node.refused > 0 { pieces += refusals(node.refused, x: x, y: y) }
        let kind = "state" + (node.isWrong ? " wrong" : node.isOnPath ? " path" : "")
        let group = HTML.tag("g", ["class": kind], pieces + [.tag("title", [:], HTML(tip(of: node)))])
        guard let anchor = anchors[node.state] else { return group }
        return .tag("a", ["href": "#\(anchor)", "class": "to-step", "data-step": anchor], group)
    }

    private func tip(of node: Drawing.Node) -> String {
        "State \(node.state): \(visible.text(node.name)), \(counted(node.depth, "step")) from the start"
            + (node.refused > 0 ? "; \(counted(node.refused, "attempt")) refused" : "")
    }

    /// What was refused leads back to where it was tried: one faint loop for all of it.
    private func refusals(_ count: Int, x: Double, y: Double) -> [HTML] {
        let (left, right) = (x + Self.box.width - 40, x + Self.box.width - 12)
        return [
            .tag(
                "path",
                [
                    "class": "refused",
                    "d":
                        "M\(fixed(left, digits: 1)) \(fixed(y, digits: 1)) c-3 -16 31 -16 \(fixed(right - left, digits: 1)) 0",
                ]),
            text("\(count) refused", x: right + 3, y: y - 5, "faint from"),
        ]
    }

    // MARK: Steps

    /// Whether an arrow does not lead to the next column.
    private func isTurn(_ arrow: Drawing.Arrow) -> Bool {
        arrow.source != arrow.target && layout.places[arrow.target].column <= layout.places[arrow.source].column
    }

    private func arrow(_ arrow: Drawing.Arrow) -> HTML {
        let kind = arrow.isWrong ? "wrong" : arrow.isOnPath ? "path" : "other"
        let ((path, x, y), tip) = (curve(arrow), arrow.isWrong ? "tip-wrong" : arrow.isOnPath ? "tip-path" : "tip")
        let label = text(Self.label(arrow, visible), x: x, y: y, "step")
        return .tag(
            "g", ["class": "arrow \(kind)"], .tag("path", ["d": path, "marker-end": "url(#\(tip))"]), label,
            .tag("title", [:], HTML(arrow.labels.map(visible.text).joined(separator: ", "))))
    }

    /// The line, and where its label goes.
    private func curve(_ arrow: Drawing.Arrow) -> (path: String, x: Double, y: Double) {
        let (from, to) = (place(arrow.source), place(arrow.target))
        let (width, height) = Self.box
        func point(_ x: Double, _ y: Double) -> String { "\(fixed(x, digits: 1)) \(fixed(y, digits: 1))" }
        if arrow.source == arrow.target {
            let (left, low) = (from.x + 14, from.y + height)
            return ("M\(point(left, low)) c-4 18 32 18 28 0", left + 14, low + 22)
        }
        if isTurn(arrow) {
            let (start, end) = ((from.x + width * 0.35, from.y + height), (to.x + width * 0.65, to.y + height))
            let low = max(start.1, end.1) + 26
            let path = "M\(point(start.0, start.1)) C\(point(start.0, low)) \(point(end.0, low)) \(point(end.0, end.1))"
            return (path, (start.0 + end.0) / 2, low - 8)
        }
        let (start, end) = ((from.x + width, from.y + height / 2), (to.x - 1, to.y + height / 2))
        let bend = (end.0 - start.0) * 0.45
        let path =
            "M\(point(start.0, start.1)) C\(point(start.0 + bend, start.1)) \(point(end.0 - bend, end.1)) \(point(end.0, end.1))"
        return (path, start.0 + (end.0 - start.0) * 0.5, start.1 + (end.1 - start.1) * 0.5 - 6)
    }

    private func text(_ text: String, x: Double, y: Double, _ kind: String) -> HTML {
        .tag("text", ["x": fixed(x, digits: 1), "y": fixed(y, digits: 1), "class": kind], HTML(text))
    }

    private static func label(_ arrow: Drawing.Arrow, _ visible: Visible) -> String {
        let first = arrow.labels.first.map(visible.text) ?? ""
        if arrow.source == arrow.target {
            return arrow.labels.count == 1 ? shortened(first, to: 16) : "\(arrow.labels.count) steps"
        }
        let more = arrow.labels.count > 1 ? " +\(arrow.labels.count - 1)" : ""
        return shortened(first, to: labelCharacters - more.count) + more
    }

    private static func shortened(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }
}
