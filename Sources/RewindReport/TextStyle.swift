import Foundation

/// ANSI colors, or none.
struct TextStyle: Sendable {
    let isColored: Bool

    func good(_ text: String) -> String { wrapped(text, "1;32") }
    func bad(_ text: String) -> String { wrapped(text, "1;31") }
    func doubtful(_ text: String) -> String { wrapped(text, "1;33") }
    func strong(_ text: String) -> String { wrapped(text, "1") }

    private func wrapped(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// `12,345`
func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var groups: [Substring] = []
    var rest = Substring(digits)
    while !rest.isEmpty {
        groups.append(rest.suffix(3))
        rest = rest.dropLast(3)
    }
    return (number < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
}

/// `1 row`, `2 rows`
func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

func fixed(_ number: Double, digits: Int) -> String { String(format: "%.\(digits)f", number) }

func pad(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// The text on one line, without anything that could steer a terminal.
func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    scalar == "\n" || scalar == "\t" ? " " : "\u{FFFD}"
                default: scalar
                }
            }))
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
