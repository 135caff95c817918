/// Which laws are checked, of those that the exploration does not switch off.
///
/// That rewinding is faithful is always among them: without it no other answer means anything.
public enum LawSelection: Sendable, Hashable {
    /// Those that cost nothing or little: all that only look, and ``Law/idempotentReplay``.
    case fast
    case all
    /// Those of these names.
    case named(Set<String>)

    func contains(_ law: Law) -> Bool {
        if law.name == Law.rewindingIsFaithful.name { return true }
        return switch self {
        case .all: true
        case .named(let names): names.contains(law.name)
        case .fast: law.isFast
        }
    }
}

extension Law {
    /// Whether it is checked unless others are chosen: it sends no requests of its own, or few.
    public var isFast: Bool {
        if case .requests = cost { name == Law.idempotentReplay.name } else { true }
    }
}

extension LawSelection {
    /// Reads `fast`, `all`, or names with commas between them.
    /// - Throws: ``ExplorationError`` for a name that no law has.
    public init(_ text: String) throws(ExplorationError) {
        switch text {
        case "fast": self = .fast
        case "all": self = .all
        default:
            var names: Set<String> = []
            for word in text.split(separator: ",", omittingEmptySubsequences: false) {
                let name = String(word.drop { $0 == " " })
                names.insert(try Law.requiringName(name))
            }
            self = .named(names)
        }
    }
}

extension Law {
    /// The name, if a law has it.
    fileprivate static func requiringName(_ name: String) throws(ExplorationError) -> String {
        let names = standard.map(\.name)
        if names.contains(name) { return name }
        throw ExplorationError(
            "There is no law “\(name)”.\(suggestion(for: name, among: names)) Give fast, all, or names of laws with commas "
                + "between them; rewind laws lists them.")
    }
}

extension LawSelection: CustomStringConvertible, Codable {
    /// As it is read.
    public var description: String {
        switch self {
        case .fast: "fast"
        case .all: "all"
        case .named(let names): names.sorted().joined(separator: ",")
        }
    }

    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
