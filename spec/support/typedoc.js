// The members of the wire forms are named by a type that carries no comments over; theirs are those of the models.
import { Converter, ReflectionKind } from 'typedoc'

const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** @param {import('typedoc').Application} app */
export const load = ({ converter }) =>
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const interfaces = project.getReflectionsByKind(ReflectionKind.Interface)
    for (const { name, children = [] } of interfaces.filter(({ name }) => name.endsWith('Wire'))) {
      const model = interfaces.find((candidate) => `${candidate.name}Wire` === name)
      for (const member of children)
        member.comment ??= model?.children?.find(({ name }) => snakeCase(name) === member.name)?.comment?.clone()
    }
  })
