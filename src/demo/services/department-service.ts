import type { Farm } from '../farm/farm.ts';
import { pickRow } from '../farm/pick-row.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';

/** department.DepartmentInterface: the reads. A task's `name` and `point_id` exist in the message and are never filled. */
export function createDepartmentService(farm: Farm): ServiceHandlers {
  return {
    GetDepartmentNames: () => ({ names: farm.departmentNames }),
    GetTasks({ department }: { department: EntityReference | null }) {
      const { dept, tasks } = pickRow(farm.departments, idOf(department));
      return { tasks: { tasks: tasks.map((task) => ({ ...task, dept })) } };
    },
  };
}
