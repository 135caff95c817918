/// One line of the report: what was measured, and what it should be.
struct Figure {
    let name: String
    let value: String
    /// Ratios and circumstances that make the value comparable.
    var detail = ""
    /// What to reach, in words; empty when there is nothing to reach.
    var target = ""
    /// Whether it was reached; `nil` without a target.
    var isReached: Bool?
}

/// The report: one aligned table.
enum Report {
    static let header = Figure(name: "measure", value: "figure", detail: "", target: "target")

    static func text(_ figures: [Figure]) -> String {
        let rows = [header] + figures
        let widths = [\Figure.name, \.value, \.target].map { column in rows.map { $0[keyPath: column].count }.max() ?? 0
        }
        return rows.map { line($0, widths) }.joined(separator: "\n")
    }

    private static func line(_ figure: Figure, _ widths: [Int]) -> String {
        let verdict = figure.isReached.map { $0 ? "ok   " : "short" } ?? "     "
        let cells = [
            padded(figure.name, widths[0]),
            String(repeating: " ", count: widths[1] - figure.value.count) + figure.value,
            padded(figure.target, widths[2]), verdict, figure.detail,
        ]
        let text = cells.joined(separator: "  ")
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: width - text.count)
    }
}

extension Double {
    /// With so many decimals, and thousands set apart.
    func text(decimals: Int = 0) -> String {
        let scale = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
        let scaled = Int((self * scale).rounded())
        let whole = String(scaled / Int(scale))
        let grouped = whole.enumerated().map { offset, digit in
            offset > 0 && (whole.count - offset).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
        }
        guard decimals > 0 else { return grouped.joined() }
        let fraction = String(scaled % Int(scale))
        return grouped.joined() + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

/// Measured values, to be summed up by their ranks: the machine has other work, and means follow it.
struct Sample {
    private let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    var median: Double { quantile(0.5) }
    var p95: Double { quantile(0.95) }

    private func quantile(_ share: Double) -> Double {
        sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
