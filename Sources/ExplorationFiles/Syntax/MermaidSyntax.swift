/// Reads the arrows of a Mermaid `stateDiagram-v2`.
///
/// Comments, notes, directions, long names and arrows to the end `[*]` say nothing about arrows and are passed over. What else
/// Mermaid knows (nested states, forks, styles) is an error: it would be lost in silence.
struct MermaidReader {
    private(set) var arrows: [ArrowPart] = []
    private(set) var errors: [FileError] = []
    private var isInNote = false
    private var hasBegun = false
    /// Whether it is a diagram of another kind.
    private var isOther = false

    init(_ text: SourceText) {
        for line in text.split(by: "\n") where !isOther { read(line.trimmed) }
        if !hasBegun && errors.isEmpty {
            errors.append(FileError("The diagram is empty: it begins with stateDiagram-v2.", at: text.position(at: 0)))
        }
    }

    private mutating func read(_ line: SourceText) {
        let words = line.string
        if words.isEmpty || words.hasPrefix("%%") { return }
        guard hasBegun else {
            hasBegun = true
            if words != "stateDiagram-v2" {
                isOther = true
                errors.append(
                    FileError("Expected “stateDiagram-v2”, not “\(words.shortened)”.", at: line.position(at: 0)))
            }
            return
        }
        if isInNote {
            isInNote = words != "end note"
            return
        }
        switch true {
        case words.wholeMatch(of: /direction\s+(TB|TD|BT|RL|LR)/) != nil: return
        case words.wholeMatch(of: /state\s+"[^"]*"\s+as\s+[^\s:{}"]+/) != nil: return
        case words.wholeMatch(of: /note\s+(left|right)\s+of\s+[^\s:]+/) != nil: isInNote = true
        case words.wholeMatch(of: /note\s+(left|right)\s+of\s+[^\s:]+\s*:.*/) != nil: return
        default: readArrow(line, words)
        }
    }

    private mutating func readArrow(_ line: SourceText, _ words: String) {
        guard
            let parts = words.wholeMatch(
                of: /(\[\*\]|[^\s:\[\]{}<>"]+?)\s*-->\s*(\[\*\]|[^\s:\[\]{}<>"]+)\s*(?::\s*(.*))?/)
        else {
            errors.append(
                FileError(
                    "Expected an arrow such as “pending --> paid : pay_order”, a note, a direction or a comment, "
                        + "not “\(words.shortened)”.",
                    at: line.position(at: 0)))
            return
        }
        if parts.2 == "[*]" { return }
        guard let label = parts.3, !label.isEmpty, let colon = line.characters.firstIndex(where: { $0.scalar == ":" })
        else {
            errors.append(
                FileError(
                    "The arrow has no action: write \(parts.1) --> \(parts.2) : ACTION.", at: line.position(at: 0)))
            return
        }
        let action = line[(colon + 1)..<line.characters.count].trimmed
        arrows.append(
            ArrowPart(
                action: Located(action.string, at: action.position(at: 0)),
                from: [parts.1 == "[*]" ? nil : String(parts.1)], to: [String(parts.2)]))
    }
}

extension String {
    /// Short enough for a message.
    var shortened: String { count > 60 ? prefix(57) + "…" : self }
}
