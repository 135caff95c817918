import ExactJSON
import ExplorationFiles

/// Something that an operation creates and others name by an id.
struct Resource {
    /// `order`
    var name: String
    /// Operations that create one, by their index.
    var creators: [Int]
    /// Of the object itself, which may stand inside the answer.
    var schema: Schema
    /// The member that identifies it.
    var identity: String
    /// The variable that holds that.
    var variable: String
}

/// Who gives ids to whom.
struct Wiring {
    let document: OpenAPIDocument
    let operations: [Operation]
    private(set) var resources: [Resource] = []
    /// The variable for a parameter of an operation: `[index: [parameter: variable]]`.
    private(set) var wires: [Int: [String: String]] = [:]
    /// What an accepted answer of an operation gives.
    private(set) var saves: [Int: [DraftSave]] = [:]
    /// The operations that can be sent: whose every path parameter is known at some time.
    private(set) var sendable: Set<Int> = []
    /// The schemas of accepted answers, by operation.
    let answers: [Schema]

    init(_ document: OpenAPIDocument, _ operations: [Operation]) throws(FileError) {
        self.document = document
        self.operations = operations
        var answers: [Schema] = []
        for operation in operations { answers.append(try document.schema(operation.success?.schema)) }
        self.answers = answers
        try findResources()
        followLinks()
        for index in operations.indices { wirePath(of: index) }
        findSendable()
    }

    /// All variables that ids are kept in, in the order in which they are made.
    var variables: [String] {
        var names: [String] = []
        for index in operations.indices {
            for save in saves[index] ?? [] where !names.contains(save.variable) { names.append(save.variable) }
        }
        return names
    }

    func resource(named name: String) -> Resource? { resources.first { $0.name == name } }

    /// What the operation creates.
    func created(by index: Int) -> Resource? { resources.first { $0.creators.contains(index) } }

    /// The variable that a field of that name in a body or a query takes: `order_id`, when somebody makes orders.
    func variable(forField name: String, of index: Int) -> String? {
        let name = Naming.snakeCase(name)
        guard name.hasSuffix("_id"), let resource = resource(named: String(name.dropLast(3))),
            resource.creators.contains(where: { $0 != index && sendable.contains($0) })
        else { return nil }
        return resource.creators.contains(index) ? nil : resource.variable
    }

    /// Whether the schema is that of the resource: by the same reference, or by its members.
    func shows(_ resource: Resource, _ schema: Schema) -> Bool {
        if !Set(schema.references).isDisjoint(with: resource.schema.references) { return true }
        let names = Set(schema.properties.map(\.name))
        return names.contains(resource.identity) && names.isSubset(of: resource.schema.properties.map(\.name))
    }
}

extension Wiring {
    private mutating func findResources() throws(FileError) {
        let creating = operations.indices.filter { index in
            let operation = operations[index]
            return operation.method == "POST" || operation.method == "PUT" && !operation.endsInParameter
        }
        // What is nested answers with what it is nested in, so that has to be known.
        let byDepth = creating.sorted { (operations[$0].segments.count, $0) < (operations[$1].segments.count, $1) }
        for index in byDepth {
            guard let word = operations[index].lastWord, !operations[index].endsInParameter else { continue }
            try findResource(Naming.singular(Naming.snakeCase(word)), createdBy: index)
        }
    }

    private mutating func findResource(_ name: String, createdBy index: Int) throws(FileError) {
        guard !name.isEmpty, let found = try identified(name, in: answers[index]) else { return }
        let operation = operations[index]
        if let known = resources.firstIndex(where: { shows($0, found.schema) }) {
            let isCollection = isCollection(operation) && resources[known].name != name
            let isSame = !Set(found.schema.references).isDisjoint(with: resources[known].schema.references)
            if isSame || !isCollection {
                // POST /orders/{id}/pay answers with the order, and makes none; POST /orders/quick makes one.
                let makesOne = !operation.path.contains("{") || resources[known].name == name
                if makesOne { addCreator(index, to: known, found) }
                return
            }
        }
        if let known = resources.firstIndex(where: { $0.name == name }) { return addCreator(index, to: known, found) }
        let variable = Naming.variable(found.identity == "id" ? "\(name)_id" : variableName(name, found.identity))
        resources.append(
            Resource(
                name: name, creators: [], schema: found.schema, identity: found.identity, variable: variable))
        addCreator(index, to: resources.count - 1, found)
    }

    private mutating func addCreator(_ index: Int, to resource: Int, _ found: Identified) {
        resources[resource].creators.append(index)
        let path = JSONPathText.path([found.prefix, found.identity].compactMap { $0 })
        add(DraftSave(variable: resources[resource].variable, path: path), to: index)
    }

    private mutating func add(_ save: DraftSave, to index: Int) {
        if saves[index]?.contains(where: { $0.variable == save.variable }) == true { return }
        saves[index, default: []].append(save)
    }

    private typealias Identified = (schema: Schema, identity: String, prefix: String?)

    /// The id in an answer, which may stand in a member named like what was created.
    private func identified(_ name: String, in answer: Schema) throws(FileError) -> Identified? {
        let names = ["id", "\(name)_id", "uuid", "\(name)_uuid", "\(name)_number", "\(name)_token"]
        func identity(_ schema: Schema) -> String? {
            for wanted in names {
                if let property = schema.properties.first(where: { Naming.snakeCase($0.name) == wanted }) {
                    return property.name
                }
            }
            return nil
        }
        // A member of that name comes first: an answer may have an id of its own.
        for property in answer.properties where [name, "data", "result"].contains(Naming.snakeCase(property.name)) {
            let inside = try document.schema(property.node)
            if let identity = identity(inside) { return (inside, identity, property.name) }
        }
        return identity(answer).map { (answer, $0, nil) }
    }

    /// `/orders/{id}/refunds`, by its plural or because something below it is asked for by an id.
    private func isCollection(_ operation: Operation) -> Bool {
        guard let word = operation.lastWord else { return false }
        let name = Naming.singular(word)
        if name != word { return true }
        return operations.contains { other in
            zip(other.segments, other.segments.dropFirst()).contains { pair in
                Naming.singular(pair.0) == name && pair.1.hasPrefix("{")
            }
        }
    }

    private func variableName(_ resource: String, _ property: String) -> String {
        let property = Naming.snakeCase(property)
        return property.hasPrefix(resource + "_") ? property : "\(resource)_\(property)"
    }
}

extension Wiring {
    /// What the document itself says: `links` come before names.
    private mutating func followLinks() {
        for (index, operation) in operations.enumerated() {
            for link in operation.responses.filter({ $0.status.hasPrefix("2") }).flatMap(\.links) {
                guard let target = operations.firstIndex(where: { isTarget($0, of: link) }), target != index else {
                    continue
                }
                for (name, expression) in link.parameters { follow(expression, from: index, to: target, name) }
            }
        }
    }

    private func isTarget(_ operation: Operation, of link: OperationLink) -> Bool {
        if operation.identifier == link.target { return true }
        let path = operation.path.replacing("~", with: "~0").replacing("/", with: "~1")
        return link.target.percentDecoded == "#/paths/\(path)/\(operation.method.lowercased())"
    }

    private mutating func follow(_ expression: String, from source: Int, to target: Int, _ parameter: String) {
        let name = parameter.split(separator: ".").last.map(String.init) ?? parameter
        // The qualified name says where: `path.id`.
        guard expression.hasPrefix("$response.body#/"),
            operations[target].parameters.contains(where: { $0.name == name })
        else { return }
        let way = expression.dropFirst("$response.body#/".count).split(separator: "/").map { part in
            part.replacing("~1", with: "/").replacing("~0", with: "~")
        }
        let path = JSONPathText.path(way.map { String($0) })
        let known = saves[source]?.first { $0.path == path }?.variable
        let variable = known ?? Naming.variable(usualVariable(for: name, of: target))
        add(DraftSave(variable: variable, path: path), to: source)
        if wires[target]?[name] == nil { wires[target, default: [:]][name] = variable }
    }

    /// `{id}` below `/orders` is an `order_id`.
    private func usualVariable(for parameter: String, of index: Int) -> String {
        let name = Naming.snakeCase(parameter)
        guard !name.hasSuffix("_id"), let owner = owner(of: parameter, in: operations[index]) else { return name }
        return name == owner ? "\(owner)_id" : variableName(owner, name)
    }

    /// What stands before the parameter in the path, in the singular.
    private func owner(of parameter: String, in operation: Operation) -> String? {
        let segments = operation.segments
        guard let place = segments.firstIndex(where: { $0.contains("{\(parameter)}") }), place > 0 else { return nil }
        let before = segments[place - 1]
        return before.hasPrefix("{") ? nil : Naming.singular(Naming.snakeCase(before))
    }

    private mutating func wirePath(of index: Int) {
        for parameter in operations[index].parameters where parameter.location == "path" {
            if wires[index]?[parameter.name] != nil { continue }
            let name = Naming.snakeCase(parameter.name)
            let owner = owner(of: parameter.name, in: operations[index])
            let base = name.hasSuffix("_id") ? String(name.dropLast(3)) : name
            guard let resource = resource(named: base) ?? owner.flatMap({ resource(named: $0) }) else { continue }
            wires[index, default: [:]][parameter.name] = variable(of: resource, for: name)
        }
    }

    /// The variable of the member that the parameter names, made where there is none yet; usually the id.
    private mutating func variable(of resource: Resource, for parameter: String) -> String {
        let named = resource.schema.properties.first { Naming.snakeCase($0.name) == parameter }?.name
        guard let named, named != resource.identity, !["id", "\(resource.name)_id"].contains(parameter) else {
            return resource.variable
        }
        let variable = Naming.variable(variableName(resource.name, named))
        for creator in resource.creators {
            guard let identity = saves[creator]?.first(where: { $0.variable == resource.variable }) else { continue }
            let path = identity.path.dropLast(JSONPathText.step(resource.identity).count) + JSONPathText.step(named)
            add(DraftSave(variable: variable, path: String(path)), to: creator)
        }
        return variable
    }

    /// Grows from what needs nothing.
    private mutating func findSendable() {
        var available: Set<String> = []
        var grew = true
        while grew {
            grew = false
            for index in operations.indices where !sendable.contains(index) {
                guard missing(for: index, available).isEmpty else { continue }
                sendable.insert(index)
                available.formUnion(saves[index]?.map(\.variable) ?? [])
                grew = true
            }
        }
    }

    /// The path parameters that nobody gives a value.
    func missing(for index: Int) -> [OperationParameter] {
        missing(for: index, Set(sendable.flatMap { saves[$0]?.map(\.variable) ?? [] }))
    }

    private func missing(for index: Int, _ available: Set<String>) -> [OperationParameter] {
        operations[index].parameters.filter { parameter in
            guard parameter.location == "path" else { return false }
            if let variable = wires[index]?[parameter.name] { return !available.contains(variable) }
            return document.shownValue(of: parameter) == nil
        }
    }
}

extension OpenAPIDocument {
    /// What the document shows for a parameter.
    func shownValue(of parameter: OperationParameter) -> JSON? {
        if let example = parameter.example { return example }
        guard let schema = try? schema(parameter.schema) else { return nil }
        return schema.example ?? schema.defaultValue ?? schema.values.first
    }
}

/// Ways into an answer, as an exploration file writes them.
enum JSONPathText {
    static func path(_ names: [String]) -> String { "$" + names.map(step).joined() }

    static func step(_ name: String) -> String {
        if Int(name) != nil { return "[\(name)]" }
        let isPlain = name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
        return isPlain ? ".\(name)" : "['\(name.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))']"
    }
}
