// Prints what Groovy reads in the file arguments, as JSON: {file: tree}. A node of the syntax tree is
// [its class, what it is made of]; a constant stands with its value, and a text with `$` in it is no constant.
import groovy.json.JsonOutput
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.Phases

def read
read = { node ->
    switch (node) {
        case null: return null
        case List: return node.collect(read)
        case ConstantExpression: return ['constant', node.value]
        case VariableExpression: return ['variable', node.name]
        case BlockStatement: return ['block', read(node.statements)]
        case ReturnStatement:
        case ExpressionStatement: return read(node.expression)
        case MethodCallExpression: return ['call', read(node.objectExpression), read(node.method), read(node.arguments)]
        case ClosureExpression: return ['closure', read(node.code)]
        case MapEntryExpression: return ['entry', read(node.keyExpression), read(node.valueExpression)]
        case MapExpression: return ['map', read(node.mapEntryExpressions)]
        case TupleExpression: return ['tuple', read(node.expressions)]
        case ListExpression: return ['list', read(node.expressions)]
        case BinaryExpression: return [node.operation.text, read(node.leftExpression), read(node.rightExpression)]
        case PropertyExpression: return ['property', read(node.objectExpression), read(node.property)]
        default: return [node.class.simpleName, node.text]
    }
}

println JsonOutput.toJson(args.collectEntries { name ->
    def unit = new CompilationUnit()
    unit.addSource(new File(name))
    unit.compile(Phases.CONVERSION)
    [name, read(unit.AST.modules[0].statementBlock)]
})
