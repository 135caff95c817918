import Rewind

extension Shape {
    /// What in a value does not fit the format, in no order.
    /// - Parameter subject: what the value is called in messages: “timeout”.
    func problems(in node: LocatedNode, as subject: String) -> [FileError] {
        if node.spelling?.isBroken == true { return [] }
        guard fits(node) else { return [misfit(node, subject)] }
        switch (self, node.content) {
        case (_, .null) where mayBeEmpty: return []
        case (.leaf(let leaf), _): return leaf.problems(in: node)
        case (.list(let shape, let least), .list(let elements)):
            return Self.problems(in: elements, of: node, shape, atLeast: least, subject)
        case (.oneOrMore(let shape), .list(let elements)):
            return Self.problems(in: elements, of: node, shape, atLeast: 1, subject)
        case (.oneOrMore(let shape), _): return shape.problems(in: node, as: subject)
        case (.mapping(let names, let shape, let one), .mapping(let entries)):
            return Self.problems(in: entries, of: node, names, shape, one, subject)
        case (.object(let object), .mapping(let entries)): return object.problems(in: entries, at: node.position)
        case (.either(let shapes), _):
            let shape = shapes.first { $0.fitsWithFirstElement(node) } ?? shapes.first { $0.fits(node) }
            return shape?.problems(in: node, as: subject) ?? []
        default: return []
        }
    }

    private func misfit(_ node: LocatedNode, _ subject: String) -> FileError {
        if case .leaf(.choice(let names)) = self, case .string(let text) = node.content {
            return FileError(
                "\(subject) is one of \(expected), not \(node.kind).\(Suggestion.sentence(for: text, among: names))",
                at: node.position)
        }
        let found = if case .null = node.content { "and there is nothing" } else { "not \(node.kind)" }
        return FileError("\(subject) must be \(expected), \(found).", at: node.position)
    }

    private static func problems(
        in elements: [LocatedNode], of node: LocatedNode, _ shape: Shape, atLeast least: Int, _ subject: String
    ) -> [FileError] {
        guard elements.count >= least else {
            let problem =
                elements.isEmpty
                ? "is an empty list: it needs \(shape.element)"
                : "has \(elements.count) of the \(least) elements that it needs at least"
            return [FileError("\(subject) \(problem).", at: node.position)]
        }
        return elements.flatMap { shape.problems(in: $0, as: "Each element of \(subject)") }
    }

    private static func problems(
        in entries: [LocatedNode.Entry], of node: LocatedNode, _ names: NameKind, _ shape: Shape, _ one: Bool,
        _ subject: String
    ) -> [FileError] {
        if one && entries.count != 1 {
            return [FileError("\(subject) takes one name and its value, not \(entries.count).", at: node.position)]
        }
        return entries.flatMap { entry in
            (names.problem(in: entry).map { [$0] } ?? [])
                + shape.problems(in: entry.value, as: "“\(entry.key.value.shortened)”")
        }
    }
}

extension ObjectShape {
    fileprivate func problems(in entries: [LocatedNode.Entry], at position: SourcePosition) -> [FileError] {
        let present = Set(entries.map(\.key.value))
        var problems = entries.flatMap { entry -> [FileError] in
            guard let key = self[entry.key.value] else { return [unknown(entry.key)] }
            return key.shape.problems(in: entry.value, as: "“\(key.name)”")
        }
        for key in keys where key.isRequired && !present.contains(key.name) {
            problems.append(FileError("\(title.capitalizedFirst) needs “\(key.name)”.", at: position))
        }
        // An unknown key may be the one that seems to be missing.
        let hasStranger = entries.contains { self[$0.key.value] == nil }
        for rule in rules { problems += rule.problems(in: entries, of: self, at: position, hasStranger) }
        return problems
    }

    private func unknown(_ key: Located<String>) -> FileError {
        let names = keys.map(\.name)
        let suggestion = Suggestion.sentence(for: key.value, among: names)
        let all = suggestion.isEmpty ? " The keys are \(names.joined(separator: ", "))." : suggestion
        return FileError("“\(key.value.shortened)” is no key of \(title).\(all)", at: key.position)
    }
}

extension ObjectShape.Rule {
    fileprivate func problems(
        in entries: [LocatedNode.Entry], of object: ObjectShape, at position: SourcePosition, _ hasStranger: Bool
    ) -> [FileError] {
        let title = object.title.capitalizedFirst
        switch self {
        case .exactlyOne(let names), .atMostOne(let names):
            let found = entries.filter { names.contains($0.key.value) }
            if found.count > 1 {
                return found.dropFirst().map {
                    FileError(
                        "\(title) has “\(found[0].key.value)” already: one of \(Self.listed(names)) can stand, not two.",
                        at: $0.key.position)
                }
            }
            if case .exactlyOne = self, found.isEmpty, !hasStranger {
                return [FileError("\(title) needs one of \(Self.listed(names)).", at: position)]
            }
            return []
        case .atLeastOne(let names):
            let found = entries.contains { names.contains($0.key.value) }
            return found || hasStranger ? [] : [FileError("\(title) needs \(Self.listed(names)).", at: position)]
        case .needs(let name, let others):
            guard let entry = entries.first(where: { $0.key.value == name }), !hasStranger,
                !entries.contains(where: { others.contains($0.key.value) })
            else { return [] }
            return [FileError("“\(name)” needs \(Self.listed(others)) beside it.", at: entry.key.position)]
        }
    }

    private static func listed(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.map { "“\($0)”" }.joined() }
        return names.dropLast().map { "“\($0)”" }.joined(separator: ", ") + " or “\(last)”"
    }
}

extension NameKind {
    fileprivate func problem(in entry: LocatedNode.Entry) -> FileError? {
        let name = entry.key.value
        let position = entry.key.position
        if name.isEmpty { return FileError("A name is empty.", at: position) }
        switch self {
        case .any: return nil
        case .variable, .argument: return variableProblem(name, position)
        case .header:
            let isToken = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
            return isToken ? nil : FileError("“\(name.shortened)” is no name of a header.", at: position)
        case .law:
            let laws = Law.standard.map(\.name)
            if laws.contains(name) { return nil }
            let suggestion = Suggestion.sentence(for: name, among: laws)
            let all = suggestion.isEmpty ? " The laws are \(laws.joined(separator: ", "))." : suggestion
            return FileError("There is no law “\(name.shortened)”.\(all)", at: position)
        case .jsonPath:
            do throws(FileError) {
                _ = try JSONPath(parsing: entry.spelling)
                return nil
            } catch { return error }
        }
    }

    private func variableProblem(_ name: String, _ position: SourcePosition) -> FileError? {
        let reserved =
            if case .argument = self { VariableName.reserved.filter { $0 != "value" } } else { VariableName.reserved }
        if reserved.contains(name.lowercased()) {
            return FileError(
                "“\(name)” is no name for a variable: it has a meaning of its own in expressions.", at: position)
        }
        guard VariableName.isOne(name) else {
            return FileError(
                "“\(name.shortened)” is no name for a variable: letters, digits and “_”, and no digit at the beginning.",
                at: position)
        }
        return nil
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
