import ExplorationFiles

/// A member such as `status` that names the state of a resource.
struct StatusField {
    var resource: Resource
    /// In the resource's object.
    var property: String
    var states: [String]
    /// The variable that holds the last one that was answered.
    var variable: String
    var isRequired: Bool
}

extension Wiring {
    /// One for each resource that has such a member with an enum.
    func statusFields() throws(FileError) -> [StatusField] {
        var fields: [StatusField] = []
        for resource in resources {
            for (property, node) in resource.schema.properties {
                let name = Naming.snakeCase(property)
                guard ["status", "state"].contains(name) || name == "\(resource.name)_status" else { continue }
                let states = try document.schema(node).texts
                guard states.count > 1 else { continue }
                let isRequired = resource.schema.required.contains(property)
                fields.append(
                    StatusField(
                        resource: resource, property: property, states: states, variable: "\(resource.name)_\(name)",
                        isRequired: isRequired))
                break
            }
        }
        if fields.count == 1 { fields[0].variable = Naming.variable(fields[0].property) }
        return fields
    }

    /// Where the answer of an operation shows the status; `nil` when it does not.
    func path(of field: StatusField, in index: Int) throws(FileError) -> String? {
        let answer = answers[index]
        for property in answer.properties {
            let name = Naming.snakeCase(property.name)
            guard name == field.resource.name || ["data", "result"].contains(name) else { continue }
            let inside = try document.schema(property.node)
            let isNamed = name == field.resource.name && inside.property(field.property) != nil
            if isNamed || shows(field.resource, inside) {
                return JSONPathText.path([property.name, field.property])
            }
        }
        guard answer.property(field.property) != nil, shows(field.resource, answer) else { return nil }
        return JSONPathText.path([field.property])
    }

    /// Whether the operation acts on one resource of that kind, by its path.
    func concerns(_ field: StatusField, _ index: Int) -> Bool {
        if field.resource.creators.contains(index) { return true }
        let given = field.resource.creators.flatMap { saves[$0] ?? [] }.map(\.variable)
        return wires[index]?.values.contains { given.contains($0) } == true
    }
}
